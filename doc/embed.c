/*
 * embed.c: libfrank inside another program, in sixty lines. cc embed.c $(pkg-config --cflags --libs libfrank)
 *
 * look_up() stands for the program's own resolver: any that can hand over the response packet will do.
 */
#include <frank/frank.h>
#include <stdio.h>
#include <string.h>

static const char message[] =
    "From: Alice <alice@sender.example>\r\nTo: you@receiver.example\r\nSubject: hello\r\n\r\nHow are you?\r\n";

/* One TXT record as a response packet: header, the question again, one answer. Returns its length, 0: no such name. */
static size_t look_up(const struct frank_question *q, unsigned char packet[512])
{
    const char *text = strcmp(q->name, "sender.example.") == 0 ? "v=spf1 ip4:192.0.2.0/24 -all" : NULL;
    size_t n = 12;
    memcpy(packet, "\0\0\201\200\0\1\0\0\0\0\0\0", 12);         /* a response, recursion done, one question */
    for (const char *label = q->name; *label;) {
        size_t len = strcspn(label, ".");
        packet[n++] = (unsigned char)len;
        memcpy(packet + n, label, len);
        n += len;
        label += len + 1;
    }
    packet[n++] = 0;
    packet[n++] = (unsigned char)(q->type >> 8);
    packet[n++] = (unsigned char)q->type;
    memcpy(packet + n, "\0\1", 2);
    n += 2;
    if (!text || q->type != 16) {
        packet[3] |= 3;                                          /* NXDOMAIN */
        return n;
    }
    size_t len = strlen(text);
    packet[7] = 1;                                               /* one answer */
    memcpy(packet + n, "\300\14\0\20\0\1\0\0\1\54\0", 11);       /* name as in the question, TXT, IN, 300 seconds */
    packet[n + 11] = (unsigned char)(len + 1);
    packet[n + 12] = (unsigned char)len;
    memcpy(packet + n + 13, text, len);
    return n + 13 + len;
}

int main(void)
{
    struct frank_error error;
    struct frank *f = frank_new(NULL, 0, &error);
    if (!f || frank_set_authserv_id(f, "mx.receiver.example") != 0)
        return 1;
    struct frank_session *s = frank_session_new(f, &(struct frank_client){ .ip = "192.0.2.1", .helo = "mx.sender.example" });
    struct frank_txn *t = s ? frank_txn_new(s, 1700000000) : NULL;
    if (!t)
        return 1;
    frank_txn_mail(t, "alice@sender.example");
    frank_txn_rcpt(t, "you@receiver.example");
    frank_txn_message(t, message, sizeof message - 1);
    frank_txn_end_of_message(t);
    struct frank_question q;
    while (!frank_txn_done(t) && frank_txn_question(t, &q)) {
        unsigned char packet[512];
        frank_txn_answer(t, q.id, packet, look_up(&q, packet));
    }
    printf("%s\nAuthentication-Results: %s\n", frank_txn_disposition(t), frank_txn_authentication_results(t));
    frank_txn_free(t);
    frank_session_free(s);
    frank_free(f);
    return 0;
}
