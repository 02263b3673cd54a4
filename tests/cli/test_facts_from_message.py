"""Envelope facts that are not on the command line come from the message, and the answer says which (interface.md: from_message)."""
import pytest

RECEIVED = {
    "Postfix": ("from mail.sender.example (host9.isp.example [203.0.113.9])\n\tby mx.receiver.example (Postfix) with ESMTPS id 4XyZ1abc\n\t"
                "for <you@receiver.example>; Tue, 14 Nov 2023 22:13:20 +0000 (UTC)", "203.0.113.9", "mail.sender.example", "you@receiver.example"),
    "Postfix, no reverse name": ("from mail.sender.example (unknown [203.0.113.9])\n\tby mx.receiver.example (Postfix) with ESMTP id 4XyZ1abc\n\t"
                                 "for <you@receiver.example>; Tue, 14 Nov 2023 22:13:20 +0000 (UTC)", "203.0.113.9", "mail.sender.example", "you@receiver.example"),
    "Postfix, IPv6": ("from mail.sender.example (mail.sender.example [IPv6:2001:db8::9])\n\tby mx.receiver.example (Postfix) with ESMTPS id 4X;\n\t"
                      "Tue, 14 Nov 2023 22:13:20 +0000 (UTC)", "2001:db8::9", "mail.sender.example", None),
    "Exim": ("from [203.0.113.9] (helo=mail.sender.example)\n\tby mx.receiver.example with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384\n\t"
             "(Exim 4.96)\n\t(envelope-from <a@sender.example>)\n\tid 1r31Ab-0001Xy-2Z\n\tfor you@receiver.example;\n\tTue, 14 Nov 2023 22:13:20 +0000",
             "203.0.113.9", "mail.sender.example", "you@receiver.example"),
    "Exim, with a name": ("from host9.isp.example ([203.0.113.9] helo=mail.sender.example)\n\tby mx.receiver.example with esmtp (Exim 4.96)\n\t"
                          "id 1r31Ab-0001Xy-2Z; Tue, 14 Nov 2023 22:13:20 +0000", "203.0.113.9", "mail.sender.example", None),
    "Exim, the name is the HELO": ("from mail.sender.example ([203.0.113.9])\n\tby mx.receiver.example with esmtp (Exim 4.96)\n\t"
                                   "id 1r31Ab-0001Xy-2Z\n\tfor you@receiver.example; Tue, 14 Nov 2023 22:13:20 +0000",
                                   "203.0.113.9", "mail.sender.example", "you@receiver.example"),
    "Sendmail": ("from mail.sender.example (host9.isp.example [203.0.113.9] (may be forged))\n\tby mx.receiver.example (8.17.1/8.17.1) with ESMTP id "
                 "3AEMDK01012345\n\tfor <you@receiver.example>; Tue, 14 Nov 2023 22:13:20 GMT", "203.0.113.9", "mail.sender.example", "you@receiver.example"),
    "Sendmail, IPv6": ("from mail.sender.example (mail.sender.example [IPv6:2001:db8:0:0:0:0:0:9])\n\tby mx.receiver.example (8.17.1/8.17.1) with ESMTPS id "
                       "3AEMDK01012345; Tue, 14 Nov 2023 22:13:20 GMT", "2001:db8::9", "mail.sender.example", None),
    "Exchange": ("from mail.sender.example (203.0.113.9) by mx.receiver.example\n (10.167.242.25) with Microsoft SMTP Server (version=TLS1_2,\n "
                 "cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.7002.13 via\n Frontend Transport; Tue, 14 Nov 2023 22:13:20 +0000",
                 "203.0.113.9", "mail.sender.example", None),
    "Exchange, IPv6": ("from mail.sender.example (2001:db8::9) by mx.receiver.example\n (2603:10b6:a03:100::32) with Microsoft SMTP Server id 15.20.7002.13; "
                       "Tue, 14 Nov 2023 22:13:20 +0000", "2001:db8::9", "mail.sender.example", None),
    "Gmail": ("from mail.sender.example (mail.sender.example. [203.0.113.9])\n        by mx.receiver.example with ESMTPS id\n        "
              "ab12-20020a05680c123400b001ace12345fasi1234567qtb.12.2023.11.14.14.13.20\n        for <you@receiver.example>\n        "
              "(version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\n        Tue, 14 Nov 2023 14:13:20 -0800 (PST)",
              "203.0.113.9", "mail.sender.example", "you@receiver.example"),
}
BODY = "From: a@sender.example\nSubject: x\n\nhello\n"


@pytest.mark.parametrize("field,ip,helo,rcpt", RECEIVED.values(), ids=RECEIVED.keys())
@pytest.mark.parametrize("options", [[], ["--receiver", "mx.receiver.example"], ["--receiver", "MX.Receiver.Example."]], ids=["topmost", "named", "other spelling"])
def test_received_field_of(frank, field, ip, helo, rcpt, options):
    said = frank.verify(f"Return-Path: <a@sender.example>\nReceived: {field}\n{BODY}", *options).json
    session = said["session"]
    assert session["ip"] == ip
    assert session["helo"] == helo
    assert session["mail_from"] == "a@sender.example"
    assert session["rcpt_to"] == ([rcpt] if rcpt else [])
    assert set(session["from_message"]) == {"ip", "helo", "mail_from"} | ({"rcpt_to"} if rcpt else set())


OWN = "Received: from mail.sender.example (mail.sender.example [203.0.113.9]) by mx.receiver.example (Postfix) with ESMTP id 1; Tue, 14 Nov 2023 22:13:20 +0000\n"
INNER = "Received: from mx.receiver.example (localhost [127.0.0.1]) by store.receiver.example (Postfix) with LMTP id 2; Tue, 14 Nov 2023 22:13:21 +0000\n"
FORGED = "Received: from good.example (good.example [192.0.2.1]) by mx.receiver.example (Postfix) with ESMTP id 3; Tue, 14 Nov 2023 22:13:19 +0000\n"


def test_with_receiver_the_first_field_by_that_host_counts(frank):
    session = frank.verify(INNER + OWN + FORGED + BODY, "--receiver", "mx.receiver.example").json["session"]
    assert session["ip"] == "203.0.113.9"


def test_without_receiver_only_the_topmost_counts(frank):
    session = frank.verify(INNER + OWN + BODY).json["session"]
    assert session["ip"] == "127.0.0.1"


def test_without_receiver_nothing_below_an_unreadable_topmost_counts(frank):
    session = frank.verify("Received: (qmail 1234 invoked by uid 1000); 14 Nov 2023 22:13:20 -0000\n" + FORGED + BODY).json["session"]
    assert session["ip"] is None
    assert session["from_message"] == []


def test_a_field_by_another_host_is_never_ours(frank):
    session = frank.verify(FORGED.replace("by mx.", "by fake-mx.") + BODY, "--receiver", "mx.receiver.example").json["session"]
    assert session["ip"] is None


def test_the_command_line_wins_and_is_not_called_from_the_message(frank):
    session = frank.verify("Return-Path: <other@sender.example>\n" + OWN + BODY, "--ip", "192.0.2.200", "--helo", "cli.example",
                           "--mail-from", "cli@sender.example", "--rcpt-to", "one@r.example", "--rcpt-to", "two@r.example").json["session"]
    assert session["ip"] == "192.0.2.200"
    assert session["helo"] == "cli.example"
    assert session["mail_from"] == "cli@sender.example"
    assert session["rcpt_to"] == ["one@r.example", "two@r.example"]
    assert session["from_message"] == []


def test_each_fact_is_filled_alone(frank):
    session = frank.verify("Return-Path: <a@sender.example>\n" + OWN + BODY, "--helo", "cli.example").json["session"]
    assert (session["ip"], session["helo"], session["mail_from"]) == ("203.0.113.9", "cli.example", "a@sender.example")
    assert set(session["from_message"]) == {"ip", "mail_from"}


@pytest.mark.parametrize("null", ["", "<>"])
def test_the_null_sender(frank, null):
    said = frank.verify("Return-Path: <a@sender.example>\n" + OWN + BODY, "--mail-from", null, zone=frank.zone('mail.sender.example. IN TXT "v=spf1 a -all"',
                        "mail.sender.example. IN A 203.0.113.9")).json
    assert said["session"]["mail_from"] in ("", "<>")
    assert "mail_from" not in said["session"]["from_message"]
    assert said["spf"]["result"] == "pass"
    assert said["spf"]["domain"] == "mail.sender.example"


def test_a_null_return_path_is_the_null_sender(frank):
    said = frank.verify("Return-Path: <>\n" + OWN + BODY, zone=frank.zone('mail.sender.example. IN TXT "v=spf1 -all"')).json
    assert "mail_from" in said["session"]["from_message"]
    assert said["spf"]["domain"] == "mail.sender.example"


def test_nobody_logs_in_by_a_field_a_stranger_wrote(frank):
    """'with ESMTPSA' exempts only where the host that wrote it is named as ours."""
    field = OWN.replace("ESMTP", "ESMTPSA").replace("by mx.receiver.example (Postfix)", "(Authenticated sender: a) by mx.receiver.example (Postfix)")
    assert frank.verify(field + BODY).json["session"]["auth_user"] == ""
    assert frank.verify(field + BODY).json["auth"]["result"] == "none"
    ours = frank.verify(field + BODY, "--receiver", "mx.receiver.example").json
    assert ours["auth"]["result"] == "pass"
    assert "auth_user" in ours["session"]["from_message"]


def test_auth_user_exempts(frank):
    said = frank.verify(OWN + BODY, "--mail-from", "a@sender.example", "--auth-user", "claire", zone=frank.zone('sender.example. IN TXT "v=spf1 -all"')).json
    assert said["session"]["auth_user"] == "claire"
    assert said["auth"]["result"] == "pass"
    assert said["spf"]["result"] == "none"
    assert said["verdict"]["rule"].startswith("exempt/")


def test_the_report_says_where_facts_come_from(frank):
    path = frank.write("m.eml", "Return-Path: <a@sender.example>\n" + OWN + BODY)
    out = frank.run("verify", path, "--zone", frank.zone(), "--at", "1700000000").out
    assert "ip, helo: Received 1; sender: Return-Path;" in out


def test_a_thousand_received_fields_are_no_problem(frank):
    said = frank.verify(INNER * 900 + OWN + BODY, "--receiver", "mx.receiver.example").json
    assert said["session"]["ip"] == "203.0.113.9"
