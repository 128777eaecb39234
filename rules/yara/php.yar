/*
    Web shells in PHP that say what they are, or carry what only they have. What a script does is found by the structural
    analysis (src/webshell); these rules name the known, and find what is dead code or lies in a text.

    Sources: the pages themselves as public incident reports show them; the protocols of Behinder and Godzilla as their authors
    document them; MITRE ATT&CK T1505.003.
*/

rule php_known_panel
{
    meta:
        id = "yara-php-known-panel"
        description = "PHP page with the name of a well-known web shell"
        level = "high"
        technique = "T1505.003"
        falsepositives = "Lists of web shells in security software"
    strings:
        $name01 = "FilesMan" fullword
        $name02 = "c99shell" nocase
        $name03 = "r57shell" nocase
        $name04 = "b374k" nocase
        $name05 = "IndoXploit" nocase
        $name06 = "Solevisible" nocase
        $name07 = "AnonymousFox" nocase
        $name08 = "phpspy" nocase fullword
        $name09 = "p0wny" nocase
        $name10 = "Safe0ver" nocase
        $name11 = "SimAttacker" nocase
        $name12 = "Fx29Sh" nocase
        $name13 = "SnIpEr_SA" nocase
        $name14 = "Silic Group" nocase
        $name15 = "Locus7s" nocase
        $name16 = "phpRemoteView" nocase
        $name17 = "Ani-Shell" nocase
        $name18 = "ZaCo" fullword
        $name19 = "SyRiAn Sh3ll" nocase
        $name20 = "STUNSHELL" nocase
        $name21 = "DevilzShell" nocase
        $name22 = "GaLers xh3LL" nocase
        $name23 = "Antichat Shell" nocase
        $name24 = "NIX REMOTE WEB-SHELL" nocase
        $name25 = "EasyPHPWebShell" nocase
        $name26 = "NsTView" nocase
        $name27 = "CyberEyes" nocase
        $name28 = "Mini Shell By" nocase
        $name29 = "MyShell" fullword
        $name30 = "phantasma" nocase fullword
        $php = "<?"
        $acts = /(\$_(GET|POST|REQUEST|COOKIE|SERVER|FILES)|HTTP_(GET|POST)_VARS|eval|exec|system|passthru|popen)\s{0,8}[\[\(]/
    condition:
        $php and $acts and any of ($name*)
}

rule php_shell_title
{
    meta:
        id = "yara-php-shell-title"
        description = "PHP page whose title says that it is a web shell"
        level = "high"
        technique = "T1505.003"
        falsepositives = "Pages that administer shells for their users under such a title"
    strings:
        $title1 = /<title>[^<]{0,60}(web[ _-]?sh[e3]ll|php[ _-]?sh[e3]ll|mini[ _-]?sh[e3]ll|back[ _-]?d[o0]{2}r|uploader by)/ nocase
        $title2 = /<title>[^<]{0,60}(hacked|h4cked|pwned|own[e3]d|c[o0]d[e3]d) by/ nocase
        $php = "<?"
    condition:
        $php and any of ($title*)
}

rule php_shell_protocol
{
    meta:
        id = "yara-php-shell-protocol"
        description = "PHP page with the key or protocol of a web shell client"
        level = "high"
        technique = "T1505.003,T1132"
    strings:
        $key1 = "e45e329feb5d925b"
        $key2 = "3c6e0b8a9c15224a"
        $run1 = "eval" nocase
        $run2 = "assert" nocase
        $run3 = "openssl_decrypt" nocase
        $run4 = "php://input" nocase
    condition:
        any of ($key*) and any of ($run*)
}

rule php_tunnel
{
    meta:
        id = "yara-php-tunnel"
        description = "PHP page that passes connections on, as reGeorg and its descendants do"
        level = "high"
        technique = "T1505.003,T1572"
    strings:
        $says1 = "Georg says, 'All seems fine'"
        $says2 = "X-CMD" fullword
        $says3 = "X-TARGET" fullword
        $does1 = "fsockopen" nocase
        $does2 = "socket_create" nocase
        $does3 = "stream_socket_client" nocase
    condition:
        ($says1 or ($says2 and $says3)) and any of ($does*)
}

rule php_function_lists
{
    meta:
        id = "yara-php-function-lists"
        description = "PHP page that looks for whichever way to run commands is allowed, and says who it runs as"
        level = "high"
        technique = "T1505.003,T1082"
    strings:
        $disabled = "disable_functions"
        $safe = "safe_mode"
        $run1 = "passthru" fullword
        $run2 = "shell_exec" fullword
        $run3 = "proc_open" fullword
        $run4 = "popen" fullword
        $who1 = "posix_getpwuid" fullword
        $who2 = "posix_getegid" fullword
        $who3 = "php_uname" fullword
        $who4 = "get_current_user" fullword
        $sees1 = "/etc/passwd"
        $sees2 = "uname -a"
        $sees3 = "/etc/shadow"
        $sees4 = "netstat -an"
    condition:
        ($disabled or $safe) and 2 of ($run*) and any of ($who*) and any of ($sees*)
}

rule php_carries_program
{
    meta:
        id = "yara-php-carries-program"
        description = "PHP page that carries a program or a script in another language, encoded"
        level = "high"
        technique = "T1505.003,T1027.009"
    strings:
        $elf32 = "f0VMRgEBAQ"
        $elf64 = "f0VMRgIBAQ"
        $windows = "TVqQAAMAAAAEAAAA"
        $perl = "IyEvdXNyL2Jpbi9wZXJs"
        $socket1 = "I2luY2x1ZGUgPHN5cy9zb2NrZXQuaD4"
        $socket2 = "dXNlIFNvY2tldD"
        $socket3 = "dXNlIElPOjpTb2NrZXQ"
        $source = "I2luY2x1ZGUgPHN0ZGlvLmg+"
        $php = "<?"
    condition:
        $php and any of ($elf*, $windows, $perl, $socket*, $source)
}
