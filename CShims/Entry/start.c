// What the C library's static start does between _start and main, without its look at the processor: some seventy
// CPUID instructions, each of which a virtual machine traps, 0.3 ms in all, for a copy of memory that is a little
// faster where there is much to copy. Neither are its tunables read from the environment.
//
// This is of one version's inside. Where there is another, or it comes to need more of its own file, its own start is
// what gets linked, or nothing does.
#include <features.h>

#if defined(__x86_64__) && __GLIBC__ == 2 && __GLIBC_MINOR__ == 36

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

typedef void void_function(void);
typedef void start_function(int count, char **arguments, char **environment);

#define OWN __attribute__((visibility("hidden")))

extern char **__environ;
extern void *__libc_stack_end;
extern int __libc_enable_secure;
extern void *_dl_random OWN;
extern const Elf64_Rela __rela_iplt_start[] OWN __attribute__((weak));
extern const Elf64_Rela __rela_iplt_end[] OWN __attribute__((weak));
extern start_function *const __preinit_array_start[] OWN, *const __preinit_array_end[] OWN;
extern start_function *const __init_array_start[] OWN, *const __init_array_end[] OWN;
extern void_function *const __fini_array_start[] OWN, *const __fini_array_end[] OWN;

extern void _init(void), _fini(void);
extern void _dl_aux_init(Elf64_auxv_t *vector) OWN;
extern void __libc_setup_tls(void);
extern void __libc_early_init(bool is_initial);
extern void __libc_init_first(int count, char **arguments, char **environment) OWN;
extern void __libc_check_standard_fds(void) OWN;
extern int __cxa_atexit(void (*function)(void *), void *argument, void *object);

// Of how memory is copied and set, what the C library says of an ordinary processor.
long __x86_data_cache_size_half OWN = 32 * 1024 / 2;
long __x86_data_cache_size OWN = 32 * 1024;
long __x86_shared_cache_size_half OWN = 1024 * 1024 / 2;
long __x86_shared_cache_size OWN = 1024 * 1024;
long __x86_shared_non_temporal_threshold OWN = 1024 * 1024 * 3 / 4;
long __x86_rep_movsb_threshold OWN = 2048;
long __x86_rep_stosb_threshold OWN = 2048;
long __x86_rep_movsb_stop_threshold OWN = 1024 * 1024 * 3 / 4;
int __x86_string_control OWN = 0;

static Elf64_auxv_t *auxiliary_vector(char **environment) {
    while (*environment)
        environment++;
    return (Elf64_auxv_t *)(environment + 1);
}

// The functions that are chosen by what the processor can: those for any.
static void relocate(void) {
    for (const Elf64_Rela *entry = __rela_iplt_start; entry < __rela_iplt_end; entry++) {
        Elf64_Addr (*choose)(void) = (Elf64_Addr(*)(void))entry->r_addend;
        *(Elf64_Addr *)entry->r_offset = choose();
    }
}

// The canary that stacks are checked by, and what saved pointers are mixed with: from the chance that the kernel gives.
static void set_guards(void) {
    // Which lies where it happens to.
    typedef uint64_t __attribute__((aligned(1), may_alias)) unaligned;
    const unaligned *chance = _dl_random;
    uint64_t canary = chance[0] & ~(uint64_t)0xff; // no string gets past it
    __asm__ volatile("mov %0, %%fs:0x28" : : "r"(canary));
    __asm__ volatile("mov %0, %%fs:0x30" : : "r"(chance[1]));
}

static void call_fini(void *unused) {
    (void)unused;
    size_t size = (size_t)((uintptr_t)__fini_array_end - (uintptr_t)__fini_array_start);
    for (size_t i = size / sizeof *__fini_array_start; i > 0; i--)
        __fini_array_start[i - 1]();
    _fini();
}

static void call_init(int count, char **arguments, char **environment) {
    for (start_function *const *function = __preinit_array_start; function < __preinit_array_end; function++)
        (*function)(count, arguments, environment);
    _init();
    for (start_function *const *function = __init_array_start; function < __init_array_end; function++)
        (*function)(count, arguments, environment);
}

_Noreturn int __libc_start_main(int (*main)(int, char **, char **), int count, char **arguments, void_function *init,
                                void_function *fini, void_function *loaders_fini, void *stack_end) {
    (void)init, (void)fini; // of older programs
    __environ = arguments + count + 1;
    __libc_stack_end = stack_end;
    _dl_aux_init(auxiliary_vector(__environ));
    relocate();
    __libc_setup_tls();
    set_guards();
    if (loaders_fini) __cxa_atexit((void (*)(void *))loaders_fini, NULL, NULL);
    __libc_early_init(true);
    __libc_init_first(count, arguments, __environ);
    __cxa_atexit(call_fini, NULL, NULL);
    if (__libc_enable_secure) __libc_check_standard_fds();
    call_init(count, arguments, __environ);
    exit(main(count, arguments, __environ));
}

#endif
