// Command lines: words, each ended by a NUL. What is found is of the table, and a problem is with the word that is
// named.
#include "fuzz.h"
#include "skep_linux.h"

enum { WORDS = 64 };

static const struct skep_linux_option table[] = {
    {"bundle", 'b', true}, {"pid-file", 0, true},  {"force", 'f', false},        {"format", 'F', true},
    {"all", 'a', false},   {"no-pivot", 0, false}, {"no-new-keyring", 0, false},
};
enum { COUNT = sizeof table / sizeof *table };

static void check(void *context, int index, const char *value) {
    demand(index >= 0 && index < COUNT);
    demand(table[index].takes_value == (value != NULL));
    ++*(int *)context;
}

static int parse(int count, char **words, const char **problem) {
    int found = 0;
    *problem = NULL;
    int result = skep_linux_parse_options(count, words, table, COUNT, check, &found, problem);
    demand(result < 0 || (result >= 1 && result <= count));
    demand((result < 0) == (*problem != NULL));
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1), *words[WORDS + 1] = {"skep"};
    demand(text != NULL);
    if (size > 0) memcpy(text, data, size);
    text[size] = '\0';
    int count = 1;
    for (char *word = text; count < WORDS && word < text + size; word += strlen(word) + 1) {
        skep_linux_signal_number(word);
        words[count++] = word;
    }
    words[count] = NULL;
    const char *problem;
    if (parse(count, words, &problem) < 0) {
        int index = 1;
        while (index < count && words[index] != problem)
            index++;
        demand(index < count);
        char *alone[] = {"skep", words[index], NULL};
        demand(parse(2, alone, &problem) < 0);
    }
    free(text);
    return 0;
}
