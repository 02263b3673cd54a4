/*
 * fake_dns.h: a name server for tests, in a child process, on a port of its own at 127.0.0.1 (UDP, and TCP).
 *
 * What it answers is asked for by the first label:
 *
 *     silent    nothing                        nx       NXDOMAIN with a SOA
 *     servfail  SERVFAIL                       empty    NOERROR without a record
 *     garbage   ten octets that are no packet  slow     after 300 ms
 *     loop      a CNAME to itself              other    answers another question than asked
 *     wrongid   with another id                forged   like wrongid, like other, then well
 *     first     nothing to the first packet of its name, then well
 *     rd        SERVFAIL if recursion was desired
 *     trunc     truncated over UDP, well over TCP: TXT "by tcp"
 *     cut       truncated over UDP, half an answer over TCP and no more; shut: no octet of it; mute: silence over TCP
 *     flood     a hundred packets of another id, then well
 * Any other name has one record: TXT "hello", or A 192.0.2.1. TTL 0 for names that begin with "fresh", else 60.
 */
#ifndef FRANK_PLATFORM_RESOLVER_FAKE_DNS_H
#define FRANK_PLATFORM_RESOLVER_FAKE_DNS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct fake_dns { pid_t pid; uint16_t port; char address[32]; };     /* address: "127.0.0.1:PORT" */

/* Starts it; aborts the test program if it cannot. */
void fake_dns_start(struct fake_dns *);
void fake_dns_stop(struct fake_dns *);
/* It hears nothing from now on, as a host that is gone; and is back. */
void fake_dns_pause(struct fake_dns *);
void fake_dns_resume(struct fake_dns *);

#endif
