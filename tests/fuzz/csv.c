/* Tables of text: as typed columns, as numbers, and between white space with comments. */
#include <ndstream/nd.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    static const char *const columns[] = {"1", "-1", NULL};
    const nd_csv_options options = {.comment = '#'}, part = {.no_header = true,
                                                             .columns = columns,
                                                             .skip_lines = 1,
                                                             .max_rows = 3,
                                                             .text = (const char *)data,
                                                             .text_bytes = size,
                                                             .lenient = true};
    if (!path)
        return 0;
    ND_SCOPE {
        nd_table *table = nd_read_csv(path, NULL);
        fuzz_check(table != NULL);
        for (int i = 0; i < nd_table_columns(table); i++) {
            const char *name = nd_table_name(table, i);
            if (!nd_table_column(table, name))
                nd_error_clear(); /* text */
            for (int64_t row = 0; row < nd_table_rows(table); row++)
                nd_table_text(table, name, row);
        }
        nd_table_free(table);
        fuzz_check(nd_load_text(path, NULL) != NULL);
        fuzz_check(nd_load_text(path, &options) != NULL);
        fuzz_check(nd_load_text(path, &part) != NULL);
    }
    return 0;
}
