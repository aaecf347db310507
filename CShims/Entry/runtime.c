// What the Swift runtime has for programs that get along without, replaced: a static link takes these in place of the
// runtime's own, together with what would run for them at every start. A runtime that comes to need more of either
// does not link.
#include "internal.h"
#include "skep_entry.h"

#include <stdbool.h>

#define RUNTIMES_OWN __attribute__((visibility("hidden"), used))

// The command line. The runtime's own looks for it in /proc/self/maps: a thirtieth of a short command's instructions.
static int argument_count;
static char **arguments;

void skep_set_command_line(int count, char **values) {
    argument_count = count;
    arguments = values;
}

char **skep_arguments(void) {
    return arguments + (argument_count > 0);
}

RUNTIMES_OWN char **_swift_stdlib_getUnsafeArgvArgc(int *count) {
    *count = argument_count;
    return arguments;
}

RUNTIMES_OWN void _swift_stdlib_overrideUnsafeArgvArgc(char **values, int count) {
    skep_set_command_line(count, values);
}

// swift-backtrace, which tells of a crash. The runtime's own looks for the program by a dozen of system calls, in vain
// wherever Swift is not installed. All zero is off. The structure has 88 bytes in Swift 6.3, and room to grow here.
RUNTIMES_OWN uint64_t _swift_backtraceSettings[64];

RUNTIMES_OWN void _swift_displayCrashMessage(int signal, const void *counter) {
    (void)signal, (void)counter;
}

RUNTIMES_OWN bool _swift_spawnBacktracer(const char *const *arguments, int memory) {
    (void)arguments, (void)memory;
    return false;
}

RUNTIMES_OWN bool _swift_backtrace_isThunkFunction(const char *name) {
    (void)name;
    return false;
}
