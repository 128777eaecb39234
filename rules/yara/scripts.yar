/*
    Scripts of other languages that are laid beside or inside web pages, and signs that are the same in all.

    Sources: public incident reports; the one-line servers of the China Chopper client (FireEye, 2013); MITRE ATT&CK T1505.003,
    T1059.004.
*/

rule script_connect_back
{
    meta:
        id = "yara-script-connect-back"
        description = "Script in Perl or Python that ties a shell to a connection"
        level = "high"
        technique = "T1059,T1505.003"
    strings:
        $perl1 = "use Socket" nocase
        $perl2 = "IO::Socket"
        $python1 = "import socket"
        $python2 = "socket.socket("
        $ties1 = /open\s{0,4}\(?\s{0,4}STDIN\s{0,4},\s{0,4}["']\s{0,2}[<>+]{1,2}&/
        $ties2 = "os.dup2("
        $shell1 = "/bin/sh"
        $shell2 = "/bin/bash"
        $shell3 = "cmd.exe"
        $runs = /(exec|system|subprocess\.call|pty\.spawn)\s{0,4}[\(\{"']/
    condition:
        any of ($perl*, $python*) and any of ($ties*) and (any of ($shell*) or $runs)
}

rule script_one_liner_in_text
{
    meta:
        id = "yara-script-one-liner-in-text"
        description = "The one-line server of a web shell client stands in a text, in whatever file"
        level = "medium"
        technique = "T1505.003"
        falsepositives = "Documents and tools about web shells"
    strings:
        $php = /<\?(php)?\s{0,8}@?(eval|assert)\s{0,4}\(\s{0,4}@?\$_(POST|REQUEST|GET)\s{0,2}\[/ nocase
        $asp = /<%\s{0,8}(eval|execute|executeglobal)[ \(]{1,3}request\s{0,3}[\.\(]/ nocase
        $net = /eval\s{0,3}\(\s{0,3}Request\.Item\s{0,3}\[[^\]]{1,24}\]\s{0,3},\s{0,3}["']unsafe["']/ nocase
    condition:
        any of them
}

rule script_known_tool
{
    meta:
        id = "yara-script-known-tool"
        description = "Page of a collection of injectable files for penetration tests"
        level = "high"
        technique = "T1505.003"
        source = "the Laudanum project's own documentation"
    strings:
        $name = "Laudanum Project"
        $address = "laudanum.secureideas.net"
        $page = /<(%|\?|cf)/
    condition:
        $page and ($name or $address)
}
