/*
    Web shells in CFML. Sources: public incident reports; Adobe's documentation of the tags.
*/

rule cfm_runs_commands
{
    meta:
        id = "yara-cfm-runs-commands"
        description = "CFML page that runs a program with arguments from a form"
        level = "critical"
        technique = "T1505.003,T1059"
    strings:
        $tag = /<cfexecute[^>]{0,300}(name|arguments)\s{0,4}=\s{0,4}["'][^"'>]{0,200}#\s{0,4}(form|url|cmd|cookie|cgi)/ nocase
    condition:
        $tag
}

rule cfm_file_panel
{
    meta:
        id = "yara-cfm-file-panel"
        description = "CFML page that lists, reads, writes and removes the files that a request names"
        level = "high"
        technique = "T1505.003,T1083"
    strings:
        $lists = /<cfdirectory[^>]{0,200}#/ nocase
        $writes = /<cffile[^>]{0,80}action\s{0,4}=\s{0,4}["'](write|upload|append)["']/ nocase
        $removes = /<cffile[^>]{0,80}action\s{0,4}=\s{0,4}["']delete["']/ nocase
        $reads = /<cffile[^>]{0,80}action\s{0,4}=\s{0,4}["']read(binary)?["']/ nocase
        $sent = /#\s{0,4}(form|url)\./ nocase
    condition:
        $lists and $writes and ($removes or $reads) and $sent
}

rule cfm_compiled_template
{
    meta:
        id = "yara-cfm-encrypted-template"
        description = "CFML template that was encrypted (cfencode): what it does can't be seen"
        level = "medium"
        technique = "T1027"
        falsepositives = "Commercial applications of the time of ColdFusion 5"
    strings:
        $header = "Allaire Cold Fusion Template"
    condition:
        $header at 0
}
