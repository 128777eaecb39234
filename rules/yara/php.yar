rule php_known_panel_names
{
    meta:
        id = "yara-php-known-panel"
        description = "PHP page with the name of a well-known web shell"
        level = "high"
        technique = "T1505.003"
        source = "names that the panels show of themselves"
    strings:
        $name1 = "FilesMan" fullword
        $name2 = "c99shell" nocase
        $name3 = "r57shell" nocase
        $php = "<?"
    condition:
        $php and any of ($name*)
}
