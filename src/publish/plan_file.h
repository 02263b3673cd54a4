/*
 * plan_file.h: plans as text (frank.plan(5)).
 *
 *     domain = "example.com";
 *     networks = [ "192.0.2.0/24" ];
 *     mx_sends = true;
 *
 * or many, and what they have in common:
 *
 *     plans = (
 *         { template = "hosting"; hosts = [ "out1.hosting.example" ]; mx = [ "mx.@" ]; },
 *         { like = "hosting"; domains = [ "a.example", "b.example" ]; },
 *         { like = "hosting"; domain = "c.example"; excluded = [ "192.0.2.66" ]; }
 *     );
 *
 * A file of thousands of domains is read once as a tree; plans are made one by one, each in the
 * caller's arena.
 */
#ifndef FRANK_PUBLISH_PLAN_FILE_H
#define FRANK_PUBLISH_PLAN_FILE_H

#include "publish/publish.h"

#define PLAN_LIKE_DEPTH_MAX 8        /* a plan like one that is like one ... */

/* Reads the files a plan names. The public half of a key: base64 as in p=; *error is said to people. */
struct plan_files {
    bool (*public_key)(struct plan_files *, struct arena *, struct slice path, struct slice *data, bool *ed25519, const char **error);
};

struct plan_file;

/* The tree lives in the arena; NULL and *error if it is no plan file. */
struct plan_file *plan_file_read(struct arena *, const char *file_name, struct slice text, struct config_error *);
/* One group of options that was made elsewhere (a command line), instead of a file. */
struct plan_file *plan_file_of(struct arena *, const struct conf_node *group, struct config_error *);

enum plan_next { PLAN_NEXT_END = 0, PLAN_NEXT_PLAN, PLAN_NEXT_ERROR };
/* The next plan, in the arena given, which must not be older than the file's; nothing of it lives in the file's but texts. */
enum plan_next plan_file_next(struct plan_file *, struct arena *, struct plan_files *, struct plan *, struct config_error *);
/* The plan of this domain (normal form), wherever plan_file_next is; END: there is none. Thousands of plans have one each. */
enum plan_next plan_file_find(struct plan_file *, struct arena *, struct plan_files *, struct slice domain, struct plan *, struct config_error *);
void plan_file_rewind(struct plan_file *);

/* A plan as a file; reading it gives the same plan. What was looked up is not printed: it will be looked up again. */
void text_add_plan(struct text *, const struct plan *);

/* For the manual page, and for tests: "plan", and what its lists are made of. Ended by one without name. */
extern const struct section plan_sections[];
extern const struct option plan_options[], plan_host_options[], plan_provider_options[], plan_key_options[], plan_dmarc_options[];

#endif
