// hugepages COUNT USED: reserves so many huge pages, uses so many of them, says "ready" and waits; ends with 1 where it
// can't have them.
#define _GNU_SOURCE
#include <linux/mman.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    size_t size = (size_t)atoi(argv[1]) << 21;
    void *pages =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB, -1, 0);
    if (pages == MAP_FAILED) {
        return 1;
    }
    memset(pages, 1, (size_t)atoi(argv[2]) << 21);
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}
