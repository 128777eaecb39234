/*
    Web shells in classic ASP and in ASP.NET that say what they are.

    Sources: the pages themselves as public incident reports show them; CISA AR21-084A and AR21-102B (Exchange, 2021); the tools'
    own documentation (reGeorg, SharPyShell, Godzilla).
*/

rule asp_known_panel
{
    meta:
        id = "yara-asp-known-panel"
        description = "ASP page with the name of a well-known web shell"
        level = "high"
        technique = "T1505.003"
    strings:
        $name01 = "ASPXspy" nocase
        $name02 = "ASPSpy" nocase
        $name03 = "RHTOOLS" fullword nocase
        $name04 = "zehir" nocase fullword
        $name05 = "ntdaddy" nocase
        $name06 = "cmdasp" nocase
        $name07 = "EFSO_" nocase
        $name08 = "RemExp" nocase fullword
        $name09 = "Ajan.asp" nocase
        $name10 = "Sincap" nocase fullword
        $name11 = "KingDefacer" nocase
        $name12 = "elmaliseker" nocase
        $name13 = "FSO Explorer" nocase
        $page = "<%"
        $acts1 = "Scripting.FileSystemObject" nocase
        $acts2 = "WScript.Shell" nocase
        $acts3 = "System.Diagnostics" nocase
        $acts4 = "Request" nocase
    condition:
        $page and any of ($name*) and any of ($acts*)
}

rule asp_shell_title
{
    meta:
        id = "yara-asp-shell-title"
        description = "ASP page whose title says that it is a web shell"
        level = "high"
        technique = "T1505.003"
    strings:
        $title = /<title>[^<]{0,60}(web[ _-]?sh[e3]ll|asp[x]?[ _-]?sh[e3]ll|asp[x]?[ _-]?spy|back[ _-]?d[o0]{2}r|(hacked|h4cked|pwned) by)/ nocase
        $page = "<%"
    condition:
        $page and $title
}

rule asp_runs_commands
{
    meta:
        id = "yara-asp-runs-commands"
        description = "ASP page with a command interpreter and a shell object by class identifier"
        level = "high"
        technique = "T1505.003,T1059.003"
    strings:
        $class1 = "72C24DD5-D70A-438B-8A42-98424B88AFB8" nocase
        $class2 = "F935DC22-1CF0-11D0-ADB9-00C04FD58A0B" nocase
        $class3 = "13709620-C279-11CE-A49E-444553540000" nocase
        $shell1 = "cmd.exe" nocase
        $shell2 = "/c " nocase
        $page = "<%"
    condition:
        $page and any of ($class*) and any of ($shell*)
}

rule net_tool_page
{
    meta:
        id = "yara-net-tool-page"
        description = "ASP.NET page of a known tool: a tunnel, or a server of a web shell client"
        level = "high"
        technique = "T1505.003,T1572"
    strings:
        $georg = "Georg says, 'All seems fine'"
        $neo = /(Set|Get)?HttpHeader[^\n]{0,80}(X-CMD|X-TARGET)/
        $key1 = "e45e329feb5d925b"
        $key2 = "3c6e0b8a9c15224a"
        $sharpy = "SharPyShell" nocase
        $chopper = /Page\s{1,8}Language\s{0,4}=\s{0,4}["']Jscript["'][^\n]{0,200}eval\s{0,4}\(/ nocase
        $page = "<%@"
    condition:
        $page and any of ($georg, $neo, $key1, $key2, $sharpy, $chopper)
}

rule net_offline_address_book_shell
{
    meta:
        id = "yara-net-exchange-address-book"
        description = "Exchange configuration whose external address is a script (CVE-2021-27065)"
        level = "critical"
        technique = "T1505.003,T1190"
    strings:
        $object = "OABVirtualDirectory" nocase
        $address = /External(Url|URL)\s{0,8}:\s{0,8}https?:\/\/[^\r\n]{0,64}<script/ nocase
    condition:
        $object and $address
}

rule asp_known_exploit
{
    meta:
        id = "yara-asp-known-exploit"
        description = "ASP page that logs on to Serv-U with the password that was built into it"
        level = "high"
        technique = "T1505.003,T1068"
        source = "CVE-2005-3467 and its successors: the account LocalAdministrator"
    strings:
        $password = "#l@$ak#.lk;0@P"
        $page = "<%"
    condition:
        $page and $password
}

rule asp_carries_program
{
    meta:
        id = "yara-asp-carries-program"
        description = "ASP page that carries a Windows program letter by letter"
        level = "high"
        technique = "T1505.003,T1027.009"
    strings:
        $header = /Chr\(77\)\s{0,2}&\s{0,2}Chr\(90\)\s{0,2}&\s{0,2}Chr\(144\)/ nocase
        $hex = /["']4d5a90000300000004000000ffff/ nocase
        $base64 = /["']TVqQAAMAAAAEAAAA/
        $page = "<%"
    condition:
        $page and any of ($header, $hex, $base64)
}

rule net_style_sheet_script
{
    meta:
        id = "yara-net-style-sheet-script"
        description = "ASP.NET page that runs script code inside an XSL transformation"
        level = "high"
        technique = "T1505.003,T1220"
    strings:
        $script = "msxsl:script"
        $transforms = "XslCompiledTransform"
        $runs1 = "eval" nocase
        $runs2 = "System.Diagnostics" nocase
        $runs3 = "Request" nocase
        $page = "<%@"
    condition:
        $page and $script and $transforms and any of ($runs*)
}

rule net_sniffer
{
    meta:
        id = "yara-net-sniffer"
        description = "ASP.NET page that listens to all packets of the network"
        level = "high"
        technique = "T1505.003,T1040"
    strings:
        $raw = "SocketType.Raw"
        $all = "IOControlCode.ReceiveAll"
        $page = "<%@"
    condition:
        all of them
}
