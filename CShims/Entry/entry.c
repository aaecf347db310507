#include "internal.h"
#include "skep_bootstrap.h"
#include "skep_entry.h"

// What the kernel leaves on a new program's stack: argc, argv and its NULL, envp and its NULL.
__attribute__((used)) static void look_at_environment(uintptr_t *stack) {
    uintptr_t argument_count = stack[0];
    skep_bootstrap_if_init((char *const *)(stack + 1 + argument_count + 1));
    skep_set_command_line((int)argument_count, (char **)(stack + 1));
}

#if defined(__x86_64__)
__asm__(".text\n"
        ".globl skep_entry\n"
        ".type skep_entry, @function\n"
        "skep_entry:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rsp, %r12\n"
        "    mov %rdx, %r13\n"
        "    mov %rsp, %rdi\n"
        "    and $-16, %rsp\n"
        "    call look_at_environment\n"
        "    mov %r12, %rsp\n"
        "    mov %r13, %rdx\n"
        "    jmp _start\n"
        ".size skep_entry, . - skep_entry\n");
#elif defined(__aarch64__)
__asm__(".text\n"
        ".globl skep_entry\n"
        ".type skep_entry, %function\n"
        "skep_entry:\n"
        "    mov x29, xzr\n"
        "    mov x19, sp\n"
        "    mov x20, x0\n"
        "    mov x0, sp\n"
        "    bl look_at_environment\n"
        "    mov sp, x19\n"
        "    mov x0, x20\n"
        "    b _start\n"
        ".size skep_entry, . - skep_entry\n");
#else
#error "skep_entry knows x86_64 and aarch64"
#endif
