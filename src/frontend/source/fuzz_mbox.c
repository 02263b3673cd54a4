/*
 * fuzz_mbox.c: any octets as an mbox, in each of its forms: the messages lie behind each other, hold all that is no From_ line
 * and no empty line, and taking the quotes away changes marks only.
 *
 * covers: src/frontend/source/mbox.c src/frontend/file/quoting.c
 */
#include "frontend/source/mbox.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "frontend/file/part.h"

static void must(bool what)
{
    if (!what)
        abort();
}

struct count { uint64_t octets, marks; };

static void add(void *context, struct slice octets)
{
    struct count *c = context;
    c->octets += octets.len;
    for (size_t i = 0; i < octets.len; i++)
        c->marks += octets.at[i] == '>';
}

static void read_part(struct file_part part)
{
    struct count whole = { 0, 0 }, without = { 0, 0 };
    bool crlf;
    must(file_part_has_crlf(&part, &crlf) == STATUS_OK);
    must(file_part_read(&part, add, &without) == STATUS_OK);
    part.quoting = QUOTING_NONE;
    must(file_part_read(&part, add, &whole) == STATUS_OK);
    must(whole.octets == part.end - part.begin);
    must(whole.octets - without.octets == whole.marks - without.marks);
}

static void read_box(int fd, uint64_t size, enum file_quoting quoting)
{
    static struct mbox m;
    struct mbox_entry e;
    bool is_mbox;
    uint64_t behind = 0, count = 0;
    must(mbox_open(&m, fd, size, &is_mbox));
    while (is_mbox && mbox_next(&m, &e) == MBOX_MESSAGE) {
        must(e.number == ++count && e.begin >= behind && e.begin <= e.end && e.end <= size);
        must(!e.has_sender || e.sender.len < MBOX_FROM_LINE_MAX);
        behind = e.end;
        read_part((struct file_part){ fd, e.begin, e.end, quoting });
    }
    must(!is_mbox || (m.at == size && behind + 2 >= (count ? size : 0)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct file_part part = { .fd = -1 };
    int fd = memfd_create("mbox", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    read_box(fd, size, QUOTING_MBOXRD);
    read_box(fd, size, QUOTING_MBOXO);
    /* As from a pipe, and by position. */
    must(lseek(fd, 0, SEEK_SET) == 0 && file_part_of(fd, &part) == STATUS_OK && part.end == size);
    read_part(part);
    close(part.fd);
    return 0;
}
