"""Which samples labelled "web shell" cannot be one, by rules that look at the text alone and at nothing that Seawall says.

Collections of shells hold much that came along with them: libraries that a shell's archive had, pages of the web sites that
talk about shells, error pages that a download brought instead of the file, clients of shells, empty files. A rule of this
file says of a sample that a request for it can do no harm whatever is sent; the evaluation gives its figures with all
samples and without these. The rules are the same for both halves.

  no code        nothing in the file is run when it is requested as a page of its language
  declarations   the file declares classes and functions and does nothing by itself: whoever requests it gets an empty page (PHP)
  powerless      the code names nothing by which the language runs code or commands, reads, writes or lists files, reaches a
                 database, another machine, a directory service or native code
"""
import re

COMMENTS_C = re.compile(rb"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.S)
PHP_OPEN = re.compile(rb"<\?(?!xml\b)(?:php\b|=|\s|[^a-z])|<\?php|<script[^>]{0,60}language\s*=\s*[\"']?php", re.I)
PHP_POWER = re.compile(rb"""\b(?:eval|assert|create_function|preg_replace|preg_filter|mb_ereg\w*|ereg\w*|call_user_func\w*|forward_static_call\w*
    |array_(?:map|filter|walk|reduce|udiff|uintersect|diff_u|intersect_u)\w*|u[ak]?sort|ob_start|register_\w+|set_\w+_handler|spl_autoload\w*
    |iterator_apply|filter_var\w*|system|exec|shell_exec|passthru|popen|proc_open|pcntl_\w+|dl|mail|ini_set|putenv|symlink|link|copy|rename
    |unlink|mkdir|rmdir|chmod|chown|touch|fopen|fwrite|fputs|file|file_\w+|readfile|fread|fpassthru|scandir|opendir|readdir|glob|dir
    |move_uploaded_file|highlight_file|show_source|parse_ini_file|curl_\w+|fsockopen|pfsockopen|socket_\w+|stream_\w+|ftp_\w+|ssh2_\w+
    |mysqli?_\w+|mysqli|pdo|pg_\w+|mssql_\w+|odbc_\w+|oci\w+|sqlite\w*|ldap_\w+|imap_\w+|unserialize|simplexml\w*|domdocument|soapclient
    |reflection\w+|com|dotnet|java|perl|ffi|extract|parse_str|apache_\w+|posix_\w+|header|setcookie|session_\w+|phpinfo|php_uname
    |ziparchive|phar|gz\w+|base64_decode|str_rot13|convert_uudecode|xsltprocessor|registerphpfunctions|include\w*|require\w*|header_\w+)\b
    |`[^`]+` | [$]\w+\s*[(] | []})]\s*[(] | new\s+[$] | ::\s*[$] | ->\s*[{$] | [$][{$]""", re.I | re.X)
PHP_HIDES = re.compile(rb"['\"]\s*[\^|&]\s*['\"]|\beval_r\b|\bgoto\b|\\\\x[0-9a-f]{2}", re.I)
ASP_POWER = re.compile(rb"execute|eval|createobject|getobject|activexobject|<object|\#@~\^|server\s*\.\s*transfer|\#\s*include|msscript", re.I)
NET_POWER = re.compile(rb"""\bprocess(?:startinfo)?\b|assembly|\bfile(?:stream|info|system|upload)?\b|director(?:y|ies)|stream(?:reader|writer)
    |sql|oledb|odbc|[.]load\w*\s*[(]|eval|execute|compil|invoke|activator|createobject|shell|registry|management|socket|tcp|webclient
    |web(?:request|response)|reflection|dllimport|xsl|deseriali|saveas|upload|adodb|wmi|server\s*[.]\s*transfer|powershell|jscript
    |javascript|driveinfo|environment|servervariables|\bcode(?:file|behind)\b|\bsrc\s*=|inherits|\#\s*include|mail|smtp|datasource
    |\\u0|[\x80-\xff]{3}.{0,40}[\x80-\xff]{3}""", re.I | re.X)
JSP_POWER = re.compile(rb"""\bexec|processbuilder|processimpl|runtime|classloader|class\s*\.\s*forname|defineclass|invoke|script|\beval|\bfile|stream
    |socket|drivermanager|datasource|statement|\burl|readobject|xmldecoder|\blookup|include|reflect|getclass|\bunsafe|javac|bcel|\bel\b
    |expression|servlet(?:context|registration)|filter|upload|\bload|native|newinstance|\bparam\b|\\u00|&\#""", re.I | re.X)


def php_code(text):
    """The PHP parts of a page without comments, strings made empty, and whether anything else is put out."""
    parts, at, loose = [], 0, False
    while True:
        begin = PHP_OPEN.search(text, at)
        loose = loose or text[at:begin.start() if begin else len(text)].strip(b"\xef\xbb\xbf \t\r\n") != b""
        if begin is None:
            break
        end = text.find(b"?>", begin.end())
        end = len(text) if end < 0 else end
        parts.append(text[begin.end():end])
        at = end + 2
    return b"\n;".join(parts), loose


TOKEN = re.compile(rb"/\*.*?\*/|//[^\n]*|\#(?!\[)[^\n]*|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|<<<.*", re.S)


def php_bare(code):
    return TOKEN.sub(lambda m: b"''" if m.group()[:1] in b"'\"" else b" ", code)


DECLARES = re.compile(rb"""\s*(?:;|namespace\s+[\w\\]+\s*;|use\s+[\w\\,\s{}]+;|const\s+[^;]*;|define\s*\([^;]*\)\s*;|declare\s*\([^;]*\)\s*;
    |if\s*\(\s*!\s*defined\s*\(\s*''\s*\)\s*\)\s*\{?\s*(?:exit|die)\s*(?:\([^)]*\))?\s*;\s*\}?
    |(?:!\s*)?defined\s*\(\s*''\s*\)\s*(?:or|\|\|)\s*(?:exit|die)\s*(?:\([^)]*\))?\s*;
    |(?:require|include)(?:_once)?\s*\(?\s*(?:dirname\s*\(\s*__FILE__\s*\)\s*\.\s*|__DIR__\s*\.\s*)?''\s*\)?\s*;)""", re.X | re.I)
BLOCK = re.compile(rb"\s*(?:(?:abstract|final)\s+)*(?:class|interface|trait|function)\s+&?\s*\w+[^;{]*\{", re.I)


def php_only_declares(text):
    code, loose = php_code(text)
    if loose:
        return False
    code = php_bare(code)
    at, blocks = 0, 0
    while at < len(code):
        found = DECLARES.match(code, at)
        if found:
            at = found.end()
            continue
        found = BLOCK.match(code, at)
        if not found:
            return code[at:].strip() == b""
        depth, at, blocks = 1, found.end(), blocks + 1
        while depth and at < len(code):
            depth += {123: 1, 125: -1}.get(code[at], 0)
            at += 1
    return True


def php(text):
    if not PHP_OPEN.search(text):
        return "no code"
    if php_only_declares(text):
        return "declarations"
    code, _ = php_code(text)
    return None if PHP_POWER.search(code) or PHP_HIDES.search(code) else "powerless"


SERVER_SCRIPT = re.compile(rb"<script[^>]*runat\s*=\s*[\"']?server|runat\s*=\s*server", re.I)


def page_code(text):
    """The parts between <% and %> that are no directive and no comment."""
    found = re.findall(rb"<%(?!@|--)(.*?)(?:%>|\Z)", text, re.S)
    return [part for part in found if part.strip(b"= \t\r\n;")]


def asp(text):
    if re.search(rb"codepage\s*=\s*[\"']?6500[01]", text, re.I): # UTF-7: nothing stands there as it is written
        return None
    if re.search(rb"<%@[^>]*(?:language\s*=\s*[\"']?c#|autoeventwireup)", text, re.I):
        return aspx(text)
    text = text.replace(b"\0", b"")
    if not page_code(text) and not SERVER_SCRIPT.search(text) and not re.search(rb"<%[@#]?\s*@?~\^|#@~\^", text):
        return "no code"
    return None if ASP_POWER.search(text) else "powerless"


def aspx(text):
    head = text[:400].replace(b"\0", b"")
    plain = text.replace(b"\0", b"")
    if not page_code(plain) and not SERVER_SCRIPT.search(plain) and not re.search(rb"<%@\s*(?:webhandler|webservice|class)\b", head, re.I):
        return "no code"
    return None if NET_POWER.search(re.sub(rb"<%@\s*page\b.*?%>", b"", plain, flags=re.S | re.I)) else "powerless"


def jsp(text):
    plain = text.replace(b"\0", b"")
    if not page_code(plain) and not re.search(rb"<jsp:(?:scriptlet|declaration|expression|include)|[$#]\{|<\w+:\w+|xmlns:", plain, re.I) and \
            not re.search(rb"\+ADw|\x4c\x6f\xa7", plain):
        return "no code"
    body = re.sub(rb"<%@\s*page\b.*?%>|<%--.*?--%>|<!--.*?-->|<script\b.*?</script>", b"", plain, flags=re.S | re.I)
    return None if JSP_POWER.search(body) else "powerless"


RULES = {"php": php, "asp": asp, "aspx": aspx, "jsp": jsp}


def why(language, data):
    """Why a request for the sample can do no harm, or None. Encrypted and compiled files are taken as they are labelled."""
    rule = RULES.get(language)
    return rule(data) if rule is not None and data.strip() else "no code" if not data.strip() else None
