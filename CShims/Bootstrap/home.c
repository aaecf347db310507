// HOME, as the container's own passwd has it.
#include "internal.h"
#include "syscalls.h"
#include "text.h"

#define PASSWD_LIMIT (1 << 20) // an image's passwd is read this far

// Ends the field that starts at `*rest`, and moves on to the next. NULL if there is none.
static char *next_field(char **rest) {
    char *field = *rest;
    if (field == NULL) return NULL;
    char *end = field + skep_until(field, ':');
    *rest = *end == ':' ? end + 1 : NULL;
    *end = '\0';
    return field;
}

// Takes the home directory from the line of a user (passwd(5): name:password:uid:gid:gecos:home:shell).
static bool home_in_line(char *line, const char *uid, struct skep_builder *home) {
    char *rest = line, *fields[6];
    for (int i = 0; i < 6; i++) {
        fields[i] = next_field(&rest);
        if (fields[i] == NULL) return false;
    }
    if (!skep_equal(fields[2], uid) || fields[5][0] == '\0') return false;
    skep_add(home, fields[5]);
    return true;
}

static bool find_home(int passwd, const char *uid, struct skep_builder *home) {
    char buffer[4096];
    size_t have = 0;
    for (size_t seen = 0; seen < PASSWD_LIMIT;) {
        long got = SKEP_CALL(read, passwd, buffer + have, sizeof buffer - 1 - have);
        if (got <= 0) break;
        have += (size_t)got, seen += (size_t)got;
        buffer[have] = '\0';
        size_t line = 0;
        for (size_t end; buffer[end = line + skep_until(buffer + line, '\n')] == '\n'; line = end + 1) {
            buffer[end] = '\0';
            if (home_in_line(buffer + line, uid, home)) return true;
        }
        if (line == 0 && have == sizeof buffer - 1) return false; // no such line is real
        have -= line;
        skep_move(buffer, buffer + line, have);
    }
    buffer[have] = '\0';
    return have > 0 && home_in_line(buffer, uid, home);
}

// A passwd that isn't a plain file is not waited for, and a home that is too long is none.
void skep_step_home(struct skep_init *init, const struct skep_step *step) {
    char uid[16];
    struct skep_builder number = skep_build(uid, sizeof uid), home = skep_build(init->home, sizeof init->home);
    skep_add_number(&number, (unsigned)step->number[0]);
    skep_add(&home, "HOME=");
    struct stat status;
    int passwd = skep_open_in_root(init, "/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY);
    bool found = passwd >= 0 && skep_stat_fd(passwd, &status) == 0 && S_ISREG(status.st_mode) &&
                 find_home(passwd, uid, &home) && !home.cut;
    if (passwd >= 0) skep_close(passwd);
    if (!found) {
        home = skep_build(init->home, sizeof init->home);
        skep_add(&home, "HOME=/");
    }
    init->plan.vectors[step->vector] = (uint64_t)(uintptr_t)init->home;
}
