// The search for a home directory in an image's passwd: whatever stands there, it finds what a plain reading finds.
#include "fuzz.h"

#include "../../../CShims/Bootstrap/home.c"

#include <sys/mman.h>
#include <unistd.h>

int skep_errno;

// home.c's other function wants these; it is not run.
int skep_open_in_root(struct skep_init *init, const char *path, int flags) {
    (void)init, (void)path, (void)flags;
    return -1;
}

// The plain reading: of files whose lines fit home.c's buffer. NULL if there is none.
static char *plain_home(char *text, const char *uid) {
    for (char *line = text, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL) *next++ = '\0';
        char *fields[7], *rest = line;
        int count = 0;
        while (count < 7 && rest != NULL)
            fields[count++] = strsep(&rest, ":");
        if (count >= 6 && strcmp(fields[2], uid) == 0 && fields[5][0] != '\0') return fields[5];
    }
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int file = -1;
    if (file < 0) file = memfd_create("passwd", MFD_CLOEXEC);
    demand(file >= 0 && ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size);
    demand(lseek(file, 0, SEEK_SET) == 0);
    char room[PATH_MAX];
    struct skep_builder home = skep_build(room, sizeof room);
    bool found = find_home(file, "7", &home);
    demand(home.length < sizeof room && room[home.length] == '\0' && strlen(room) == home.length);
    if (size > 4000 || memchr(data, 0, size) != NULL) return 0;
    char *text = strndup((const char *)data, size);
    demand(text != NULL);
    char *wanted = plain_home(text, "7");
    demand(found == (wanted != NULL) && (!found || strcmp(wanted, room) == 0));
    free(text);
    return 0;
}
