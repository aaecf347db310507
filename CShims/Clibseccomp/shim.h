// libseccomp's tables of system calls and its compiler, as Debian's libseccomp-dev installs it.
#include <seccomp.h>
