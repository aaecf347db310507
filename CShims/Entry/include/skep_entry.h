// The program's entry point (-e skep_entry), in place of the C library's _start, which it goes on to: a look at the
// environment, before the C library has found out about the processor, decides whether this process is an init.
//
// That look saves an init some 0.3 ms on a virtual machine, where glibc's seventy CPUID instructions trap. Only for
// static executables at a fixed address: nothing has been relocated yet.
#ifndef SKEP_ENTRY_H
#define SKEP_ENTRY_H

void skep_entry(void);

// The program's arguments without its name, up to a NULL.
char *_Nullable *_Nonnull skep_arguments(void);

#endif
