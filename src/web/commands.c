/* commands.c - lists of program names. Sorted by bytes; a unit test checks that. */
#include "web/commands.h"

#include "web/commands_priv.h"

const char *const sw_web_telling_commands[] = {
    "ansible-config", "ansible-console", "ansible-doc", "ansible-galaxy", "ansible-playbook", "ansible-pull",
    "ansible-vault", "arp", "base64", "busybox", "chattr", "chef-client", "chef-run", "chef-shell", "chef-vault",
    "chmod", "chown", "chroot", "crontab", "curl", "dmesg", "gunzip", "ifconfig", "iptables", "journalctl", "kubectl",
    "lsattr", "lsblk", "lscpu", "lsmod", "lsof", "lwp-download", "lwp-request", "mkfifo", "mknod", "ncat", "netcat",
    "netstat", "nmap", "nslookup", "pgrep", "pkexec", "pkill", "printenv", "rbash", "setarch", "sha1sum", "sha256sum",
    "socat", "strace", "sudo", "sysctl", "systemctl", "tcpdump", "tcsh", "traceroute", "uname", "useradd", "userdel",
    "usermod", "visudo", "wget", "whoami", "xterm", "zcat"};
const size_t sw_web_telling_count = sizeof sw_web_telling_commands / sizeof *sw_web_telling_commands;

const char *const sw_web_program_commands[] = {
    "adduser", "alias", "ansible", "ansible-config", "ansible-doc", "ansible-pull", "apt", "apt-get", "aria2c", "awk",
    "bash", "bsdtar", "bunzip2", "bzcat", "bzip2", "cargo", "cat", "certbot", "chef", "chef-client", "chef-run",
    "chef-shell", "chef-vault", "chgrp", "chpasswd", "cp", "cpan", "cpio", "cscli", "csh", "csvtool", "curlftpfs",
    "dash", "dd", "df", "dig", "docker", "dpkg", "du", "echo", "egrep", "env", "fgrep", "ftp", "gawk", "gcc", "gdb",
    "gem", "getfacl", "git", "grep", "groupadd", "gtester", "gzip", "hexdump", "hping3", "htop", "iconv", "id",
    "iftop", "ionice", "ip", "jjs", "jq", "jrunscript", "killall", "ksh", "ldapsearch", "ldd", "ln", "logname", "ls",
    "lua", "lynx", "mawk", "mkdir", "mktemp", "mlocate", "mv", "mysql", "mysqldump", "nawk", "nc", "nice", "nl",
    "nohup", "npm", "nsenter", "octave", "openssl", "passwd", "perl", "php", "pico", "ping", "ping6", "pip", "pip3",
    "pkg", "pry", "ps", "psql", "ptx", "pwd", "python", "python2", "python3", "qemu", "readelf", "restic", "rev",
    "rm", "rmdir", "rpm", "rsync", "ruby", "scp", "sed", "sftp", "sh", "shuf", "sleep", "smbclient", "snap",
    "sqlite3", "sqlmap", "ssh", "sshpass", "start-stop-daemon", "stat", "stdbuf", "su", "svn", "tac", "tail", "tar",
    "tclsh", "tee", "telnet", "tftp", "timeout", "tmux", "touch", "unlzma", "unrar", "unshare", "unxz", "unzip", "vi",
    "vim", "w3m", "wc", "which", "xargs", "xxd", "xz", "yum", "zip", "zsh", "zstd", "zstdcat", "zypper"};
const size_t sw_web_program_count = sizeof sw_web_program_commands / sizeof *sw_web_program_commands;

const char *const sw_web_common_commands[] = {
    "arch", "as", "ascii", "at", "batch", "bind", "bundle", "cancel", "cd", "clear", "column", "comm", "command",
    "composer", "cut", "date", "declare", "diff", "doas", "ed", "emacs", "enable", "eval", "exec", "expand", "export",
    "expr", "fetch", "ffmpeg", "file", "find", "finger", "flock", "fmt", "fold", "free", "function", "fuser", "go",
    "halt", "hash", "head", "help", "history", "host", "hostid", "hostname", "install", "irb", "java", "jobs", "join",
    "journal", "kill", "last", "lastlog", "less", "link", "local", "locate", "look", "lp", "mail", "make", "man",
    "mii", "more", "mount", "nano", "node", "open", "paste", "patch", "pdb", "pg", "pr", "printf", "puppet", "read",
    "reboot", "red", "reset", "route", "run", "sash", "screen", "script", "service", "set", "shutdown", "soelim",
    "sort", "source", "split", "strings", "task", "test", "time", "top", "tr", "trap", "type", "ul", "umask", "uniq",
    "unset", "up", "uptime", "users", "view", "w", "wall", "watch", "who", "write", "yes"};
const size_t sw_web_common_count = sizeof sw_web_common_commands / sizeof *sw_web_common_commands;

const char *const sw_web_prefix_commands[] = {
    "builtin", "busybox", "command", "do", "doas", "env", "eval", "exec", "ionice", "ltrace", "nice", "nohup",
    "setarch", "stdbuf", "strace", "sudo", "then", "time", "timeout", "unbuffer", "watch", "xargs"};
const size_t sw_web_prefix_count = sizeof sw_web_prefix_commands / sizeof *sw_web_prefix_commands;

const char *const sw_web_windows_commands[] = {
    "arp", "assoc", "at", "attrib", "bcdboot", "bcdedit", "bitsadmin", "cacls", "certreq", "certutil", "chkdsk",
    "cipher", "cmd", "cmdkey", "copy", "cscript", "csvde", "del", "dir", "diskpart", "dsquery", "echo", "erase",
    "esentutl", "expand", "findstr", "forfiles", "fsutil", "ftp", "gpresult", "hostname", "icacls", "ipconfig",
    "klist", "ldifde", "makecab", "mkdir", "mklink", "move", "mshta", "nbtstat", "net", "netsh", "netstat", "nltest",
    "nslookup", "ntdsutil", "pathping", "ping", "powershell", "query", "qwinsta", "rd", "reg", "regsvr32", "ren",
    "rmdir", "robocopy", "route", "rundll32", "sc", "schtasks", "set", "setx", "start", "systeminfo", "takeown",
    "taskkill", "tasklist", "timeout", "tracert", "tree", "type", "ver", "vssadmin", "wevtutil", "whoami", "wmic",
    "wscript", "xcopy"};
const size_t sw_web_windows_count = sizeof sw_web_windows_commands / sizeof *sw_web_windows_commands;

enum sw_web_command sw_web_unix_command(struct sw_str word)
{
    if (sw_web_in_list(sw_web_telling_commands, sw_web_telling_count, word))
        return SW_WEB_TELLING;
    if (sw_web_in_list(sw_web_program_commands, sw_web_program_count, word))
        return SW_WEB_PROGRAM;
    /* python3.10, perl5: a version at the end */
    size_t len = word.len;
    while (len > 0 && (sw_is_digit(word.ptr[len - 1]) || word.ptr[len - 1] == '.'))
        len--;
    if (len < word.len && len > 2 && sw_web_in_list(sw_web_program_commands, sw_web_program_count, sw_str_slice(word, 0, len)))
        return SW_WEB_PROGRAM;
    return sw_web_in_list(sw_web_common_commands, sw_web_common_count, word) ? SW_WEB_COMMON : SW_WEB_NO_COMMAND;
}

bool sw_web_windows_command(struct sw_str word)
{
    if (sw_str_ends(word, SW_STR(".exe")))
        word.len -= 4;
    return sw_web_in_list(sw_web_windows_commands, sw_web_windows_count, word);
}

bool sw_web_is_prefix_command(struct sw_str word)
{
    return sw_web_in_list(sw_web_prefix_commands, sw_web_prefix_count, word);
}
