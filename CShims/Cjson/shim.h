// json-c's API, as Debian's libjson-c-dev installs it (0.16 or newer).
#include <json-c/json.h>
