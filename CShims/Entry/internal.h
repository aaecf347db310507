// What the entry point tells the Swift runtime.
#ifndef SKEP_ENTRY_INTERNAL_H
#define SKEP_ENTRY_INTERNAL_H

#include <stdint.h>

// Before the runtime asks.
void skep_set_command_line(int count, char **values);

#endif
