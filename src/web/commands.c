/* commands.c - lists of program names. Sorted by bytes; a unit test checks that. */
#include "web/commands.h"

#include "web/commands_priv.h"

const char *const sw_web_telling_commands[] = {
    "adduser", "ansible-config", "ansible-console", "ansible-doc", "ansible-galaxy", "ansible-inventory",
    "ansible-playbook", "ansible-pull", "ansible-vault", "arp", "base64", "busybox", "chattr", "chef-client",
    "chef-run", "chef-shell", "chef-vault", "chmod", "chown", "chroot", "crontab", "curl", "dmesg", "getent",
    "gunzip", "ifconfig", "iptables", "journalctl", "kubectl", "lsattr", "lsblk", "lscpu", "lsmod", "lsof",
    "lwp-download", "lwp-request", "mkfifo", "mknod", "ncat", "netcat", "netstat", "nmap", "nslookup", "pgrep",
    "pkexec", "pkill", "printenv", "rbash", "setarch", "sha1sum", "sha256sum", "socat", "strace", "sudo", "sysctl",
    "systemctl", "tcpdump", "tcsh", "traceroute", "uname", "useradd", "userdel", "usermod", "visudo", "wget",
    "whoami", "xterm", "xxd", "zcat"};
const size_t sw_web_telling_count = sizeof sw_web_telling_commands / sizeof *sw_web_telling_commands;

const char *const sw_web_program_commands[] = {
    "7z", "aa-disable", "aa-enforce", "aa-exec", "adduser", "alias", "ansible", "ansible-config", "ansible-doc",
    "ansible-pull", "apt", "apt-get", "aptitude", "aria2", "aria2c", "ash", "atobm", "awk", "aws", "axel", "az",
    "bash", "bconsole", "bpftrace", "brew", "bsdtar", "bunzip2", "busctl", "byebug", "bzcat", "bzgrep", "bzip2",
    "bzless", "c89", "c99", "cargo", "cat", "certbot", "chef", "chef-client", "chef-run", "chef-shell", "chef-vault",
    "chgrp", "chisel", "chpasswd", "clang", "cmp", "cobc", "cowsay", "cowthink", "cp", "cpan", "cpio", "cpulimit",
    "crackmapexec", "cscli", "csh", "csplit", "csvtool", "cupsfilter", "curlftpfs", "curlie", "dash", "dd", "debugfs",
    "df", "dhclient", "dig", "dmidecode", "dmsetup", "dnf", "dnsenum", "dnsrecon", "docker", "dosbox", "dpkg",
    "dstat", "du", "dvips", "easy_install", "echo", "efax", "egrep", "elinks", "elvish", "emerge", "enscript", "env",
    "eqn", "espeak", "exiftool", "fail2ban-client", "fetchmail", "ffuf", "fgrep", "fierce", "flatpak", "fping",
    "frpc", "ftp", "gawk", "gcc", "gcloud", "gdb", "gem", "genie", "genisoimage", "getent", "getfacl", "ghc", "ghci",
    "ginsh", "git", "gnuplot", "gobuster", "gpg", "gpgv", "grc", "grep", "groff", "groupadd", "gsettings", "gsutil",
    "gtar", "gtester", "gzip", "hashcat", "hd", "helm", "hexdump", "hping", "hping3", "htop", "httpie", "hydra",
    "iconv", "id", "ifdown", "iftop", "ifup", "ionice", "ip", "ispell", "jjs", "john", "jq", "jrunscript", "jshell",
    "julia", "killall", "kinit", "klist", "knife", "ksh", "ksshell", "latex", "latexmk", "ld", "ldapadd",
    "ldapmodify", "ldapsearch", "ldd", "ligolo", "ll", "ln", "logname", "ls", "lua", "lualatex", "luatex", "lynx",
    "lz4", "lzma", "masscan", "mawk", "mkdir", "mktemp", "mlocate", "mosquitto", "mpack", "msfconsole", "msfvenom",
    "msgattrib", "msgcat", "msgconv", "msgfilter", "msgmerge", "msguniq", "mtr", "multitime", "mutt", "mv", "mysql",
    "mysqldump", "nasm", "nawk", "nbtscan", "nc", "neofetch", "netdiscover", "nft", "ngrok", "nice", "nikto", "nl",
    "nm", "nohup", "npm", "nroff", "nsenter", "ntpdate", "nullmailer", "octave", "od", "openssl", "openvpn", "opkg",
    "pacman", "pandoc", "passwd", "pax", "pbzip2", "pdflatex", "pdftex", "pdksh", "perf", "perl", "php", "pico",
    "pidstat", "pigz", "ping", "ping6", "pip", "pip3", "pixz", "pkg", "podman", "postmap", "pry", "ps", "psql", "ptx",
    "pwd", "pwsh", "pyenv", "python", "python2", "python3", "qemu", "readelf", "redcarpet", "restic", "rev", "rlogin",
    "rlwrap", "rm", "rmdir", "rpcclient", "rpm", "rpmdb", "rpmquery", "rpmverify", "rsync", "rtorrent", "ruby",
    "run-mailcap", "run-parts", "rview", "rvim", "scanmem", "scp", "scrot", "sed", "sendmail", "setfacl", "sftp",
    "sh", "shuf", "sleep", "slsh", "smartctl", "smbclient", "smbget", "smbmap", "snap", "snobol4", "sqlite3",
    "sqlmap", "ss", "ssh", "ssh-agent", "ssh-keygen", "ssh-keyscan", "sshfs", "sshpass", "start-stop-daemon", "stat",
    "stdbuf", "stty", "su", "sublist3r", "svn", "swaks", "swapoff", "systemd-resolve", "systemd-run", "tac", "tail",
    "tar", "tasksh", "tbl", "tclsh", "tdbtool", "tee", "telnet", "terraform", "tftp", "tic", "timeout", "tmux",
    "touch", "troff", "tshark", "unlzma", "unrar", "unshare", "unsquashfs", "unxz", "unzip", "update-alternatives",
    "uudecode", "uuencode", "uuidgen", "vagrant", "valgrind", "varnishncsa", "vi", "vigr", "vim", "vimdiff", "vipw",
    "virsh", "w3m", "wc", "wfuzz", "which", "wish", "xargs", "xdotool", "xelatex", "xetex", "xmodmap", "xmore",
    "xpad", "xxd", "xz", "xzcat", "xzgrep", "xzless", "yum", "zathura", "zcmp", "zdiff", "zgrep", "zip", "zless",
    "zmap", "zmore", "zsh", "zsoelim", "zstd", "zstdcat", "zypper"};
const size_t sw_web_program_count = sizeof sw_web_program_commands / sizeof *sw_web_program_commands;

const char *const sw_web_common_commands[] = {
    "arch", "as", "ascii", "at", "batch", "bind", "bundle", "cancel", "cd", "clear", "column", "comm", "command",
    "composer", "cut", "date", "declare", "diff", "doas", "ed", "emacs", "enable", "eval", "exec", "expand", "export",
    "expr", "false", "fetch", "ffmpeg", "file", "find", "finger", "flock", "fmt", "fold", "free", "function", "fuser",
    "go", "halt", "hash", "head", "help", "history", "host", "hostid", "hostname", "install", "irb", "java", "jobs",
    "join", "journal", "kill", "last", "lastlog", "less", "link", "local", "locate", "look", "lp", "mail", "make",
    "man", "mii", "more", "mount", "nano", "node", "open", "paste", "patch", "pdb", "pg", "pr", "printf", "puppet",
    "rc", "read", "reboot", "red", "reset", "route", "run", "sash", "screen", "script", "service", "set", "shutdown",
    "soelim", "sort", "source", "split", "strings", "task", "test", "time", "top", "tr", "trap", "true", "type", "ul",
    "umask", "uniq", "unset", "up", "uptime", "users", "view", "w", "wall", "watch", "who", "write", "yes"};
const size_t sw_web_common_count = sizeof sw_web_common_commands / sizeof *sw_web_common_commands;

const char *const sw_web_prefix_commands[] = {
    "builtin", "busybox", "command", "do", "doas", "env", "eval", "exec", "ionice", "ltrace", "nice", "nohup",
    "setarch", "stdbuf", "strace", "sudo", "then", "time", "timeout", "unbuffer", "watch", "xargs"};
const size_t sw_web_prefix_count = sizeof sw_web_prefix_commands / sizeof *sw_web_prefix_commands;

const char *const sw_web_windows_commands[] = {
    "appinstaller", "arp", "aspnet_compiler", "assoc", "at", "atbroker", "attrib", "bcdboot", "bcdedit", "bitsadmin",
    "cacls", "cd", "certoc", "certreq", "certutil", "chdir", "chkdsk", "cipher", "cls", "cmd", "cmdkey", "cmdl32",
    "cmstp", "color", "control", "copy", "csc", "cscript", "csvde", "datasvcutil", "date", "del", "desktopimgdownldr",
    "diantz", "dir", "diskpart", "diskshadow", "dnscmd", "driverquery", "dsquery", "echo", "erase", "esentutl",
    "eventvwr", "expand", "explorer", "extexport", "extrac32", "find", "findstr", "finger", "fltmc", "forfiles",
    "format", "fsutil", "ftp", "gci", "gcm", "getmac", "gpresult", "gps", "gpscript", "gpupdate", "gwmi", "hh",
    "hostname", "icacls", "icm", "ie4uinit", "iex", "ilasm", "infdefaultinstall", "installutil", "ipconfig", "ipmo",
    "irm", "iscsicpl", "iwmi", "iwr", "jsc", "klist", "ldifde", "makecab", "mavinject", "mkdir", "mklink", "mmc",
    "more", "move", "mpcmdrun", "msbuild", "msconfig", "msdt", "mshta", "msiexec", "nbtstat", "net", "netdom",
    "netsh", "netstat", "nltest", "nslookup", "ntdsutil", "odbcconf", "openfiles", "path", "pathping", "pause",
    "pcalua", "pcwrun", "perfmon", "ping", "pktmon", "pnputil", "popd", "powershell", "presentationhost", "psexec",
    "psr", "pushd", "query", "qwinsta", "rasautou", "rd", "rdrleakdiag", "reg", "regasm", "regedit", "regini",
    "regsvcs", "regsvr32", "ren", "rmdir", "robocopy", "route", "rpcping", "runas", "rundll32", "runonce",
    "runscripthelper", "saps", "sasv", "sc", "schtasks", "set", "setx", "sfc", "shutdown", "spps", "spsv", "start",
    "subst", "swmi", "systeminfo", "takeown", "taskkill", "tasklist", "tftp", "time", "timeout", "title", "tracert",
    "tree", "tttracer", "type", "vbc", "ver", "verclsid", "verify", "vol", "vssadmin", "w32tm", "wab", "wbadmin",
    "wevtutil", "whoami", "winget", "winrm", "winrs", "wlrmdr", "wmic", "wscript", "wsl", "wuauclt", "xcopy",
    "xwizard"};
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
    if (len < word.len && len > 2 &&
        sw_web_in_list(sw_web_program_commands, sw_web_program_count, sw_str_slice(word, 0, len)))
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

bool sw_web_is_command(struct sw_str word)
{
    char low[24];
    if (word.len > sizeof low)
        return false;
    for (size_t i = 0; i < word.len; i++)
        low[i] = sw_lower(word.ptr[i]);
    struct sw_str name = {low, word.len};
    return sw_web_unix_command(name) != SW_WEB_NO_COMMAND || sw_web_windows_command(name);
}
