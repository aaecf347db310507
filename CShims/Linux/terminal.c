#include "skep_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

int skep_linux_end_of_input(int terminal) {
    struct termios mode;
    return tcgetattr(terminal, &mode) == 0 && (mode.c_lflag & ICANON) ? mode.c_cc[VEOF] : -1;
}

int skep_linux_window_size(int terminal, unsigned short *rows, unsigned short *columns) {
    struct winsize size;
    if (ioctl(terminal, TIOCGWINSZ, &size) < 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}

int skep_linux_set_window_size(int terminal, unsigned short rows, unsigned short columns) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    return ioctl(terminal, TIOCSWINSZ, &size);
}

// The guard's life: it ends with the process that it watches, and puts the terminal right if that was not to be.
_Noreturn static void guard(int terminal, const struct termios *saved, int socket) {
    // Nothing else stays in its hands: a terminal whose master it held would never hang up.
    if (dup2(terminal, STDIN_FILENO) < 0 || dup2(socket, STDOUT_FILENO) < 0) _exit(1);
    closefrom(STDERR_FILENO);
    sigset_t all; // also SIGTTOU, which else stops a process that is not in the foreground
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    setsid();
    char byte;
    ssize_t got;
    do
        got = read(STDOUT_FILENO, &byte, 1);
    while (got < 0 && errno == EINTR);
    if (got == 0) tcsetattr(STDIN_FILENO, TCSADRAIN, saved);
    _exit(0);
}

static int start_guard(struct skep_linux_raw_mode *mode) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) return -1;
    mode->guard = fork();
    if (mode->guard == 0) {
        close(ends[1]);
        guard(mode->terminal, mode->saved, ends[0]);
    }
    close(ends[0]);
    mode->guard_socket = ends[1];
    if (mode->guard > 0) return 0;
    close(ends[1]);
    return -1;
}

int skep_linux_begin_raw_mode(int terminal, struct skep_linux_raw_mode *mode) {
    struct termios *saved = malloc(sizeof *saved);
    *mode = (struct skep_linux_raw_mode){.terminal = terminal, .guard_socket = -1, .saved = saved};
    if (saved == NULL || tcgetattr(terminal, saved) < 0 || start_guard(mode) < 0) {
        free(saved);
        return -1;
    }
    struct termios raw = *saved;
    cfmakeraw(&raw);
    if (tcsetattr(terminal, TCSANOW, &raw) == 0) return 0;
    int error = errno;
    skep_linux_end_raw_mode(mode);
    errno = error;
    return -1;
}

void skep_linux_end_raw_mode(struct skep_linux_raw_mode *mode) {
    tcsetattr(mode->terminal, TCSADRAIN, mode->saved);
    if (send(mode->guard_socket, "", 1, MSG_NOSIGNAL) < 0) kill(mode->guard, SIGKILL);
    close(mode->guard_socket);
    waitpid(mode->guard, NULL, 0);
    free(mode->saved);
}
