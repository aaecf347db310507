// libcap's names of capabilities, as Debian's libcap-dev installs it.
#include <sys/capability.h>
