// The bootstrap: what runs in the init between its exec and the container's, before the Swift runtime, and, entered
// through CShims/Entry, before the C library too (whose start-up costs more than all of the init's mounts).
//
// So nothing here calls the C library, not even for memcpy: no allocation, no thread-local errno, no stdio. A test
// holds the object files to that.
#ifndef SKEP_BOOTSTRAP_H
#define SKEP_BOOTSTRAP_H

#include <stdbool.h>

// Carries out the plan that arrives on `socket` and becomes the container's process: its first, or, where it `joins`,
// one more of a running container. Does not return.
_Noreturn void skep_bootstrap(int socket, bool joins);

// Becomes the init if the environment says so (_LIBCONTAINER_INITPIPE), and returns if it does not.
void skep_bootstrap_if_init(char *_Nullable const *_Nonnull environment);

#endif
