/*
    Web shells in JSP that say what they are, the loaders of their clients, and memory shells by the names of their classes.

    Sources: the pages themselves as public incident reports show them; the protocols of Behinder and Godzilla as their authors
    document them; Apache Tomcat's source for the names of the classes that memory shells register with.
*/

rule jsp_known_panel
{
    meta:
        id = "yara-jsp-known-panel"
        description = "JSP page with the name of a well-known web shell"
        level = "high"
        technique = "T1505.003"
    strings:
        $name1 = "JspSpy" nocase
        $name2 = "JFolder" nocase fullword
        $name3 = "jsp File browser" nocase
        $name4 = "JspWebShell" nocase
        $name5 = "JspDo" nocase fullword
        $name6 = "Browser.jsp" nocase
        $name7 = "silentz" nocase
        $page = "<%"
        $acts1 = "getParameter"
        $acts2 = "getRuntime"
    condition:
        $page and any of ($name*) and any of ($acts*)
}

rule jsp_class_loader
{
    meta:
        id = "yara-jsp-class-loader"
        description = "JSP page that makes classes of what is sent to it"
        level = "critical"
        technique = "T1505.003,T1620"
    strings:
        $loader = /extends\s{1,8}ClassLoader/
        $defines = "defineClass"
        $sent1 = "getParameter"
        $sent2 = "getReader"
        $sent3 = "getInputStream"
        $sent4 = "getHeader"
        $decodes1 = "AES"
        $decodes2 = "Base64"
        $decodes3 = "BASE64Decoder"
        $decodes4 = "parseBase64Binary"
        $page = /<(%|jsp:)/
    condition:
        $page and $loader and $defines and any of ($sent*) and any of ($decodes*)
}

rule jsp_shell_protocol
{
    meta:
        id = "yara-jsp-shell-protocol"
        description = "JSP page with the key of a web shell client"
        level = "high"
        technique = "T1505.003,T1132"
    strings:
        $key1 = "e45e329feb5d925b"
        $key2 = "3c6e0b8a9c15224a"
        $crypt = "javax.crypto"
        $page = /<(%|jsp:)/
    condition:
        $page and any of ($key*) and $crypt
}

rule jsp_tunnel
{
    meta:
        id = "yara-jsp-tunnel"
        description = "JSP page that passes connections on, as reGeorg and its descendants do"
        level = "high"
        technique = "T1505.003,T1572"
    strings:
        $says1 = "Georg says, 'All seems fine'"
        $says2 = "X-CMD" fullword
        $says3 = "X-TARGET" fullword
        $does1 = "SocketChannel"
        $does2 = "InetSocketAddress"
    condition:
        ($says1 or ($says2 and $says3)) and any of ($does*)
}

rule java_memory_shell_class
{
    meta:
        id = "yara-java-memory-shell-class"
        description = "Compiled class that registers a filter, servlet, valve or listener of its own and runs what is sent"
        level = "high"
        technique = "T1505.003,T1620"
        falsepositives = "Security agents that hook into a servlet container"
    strings:
        $register1 = "addFilterMapBefore"
        $register2 = "filterConfigs"
        $register3 = "addApplicationEventListener"
        $register4 = "org/apache/catalina/core/StandardContext"
        $register5 = "addServletMappingDecoded"
        $register6 = "org/apache/catalina/valves/ValveBase"
        $register7 = "registerMapping"
        $runs1 = "defineClass"
        $runs2 = "java/lang/Runtime"
        $runs3 = "java/lang/ProcessBuilder"
        $runs4 = "javax/crypto/Cipher"
        $sent1 = "getParameter"
        $sent2 = "getHeader"
        $sent3 = "getReader"
    condition:
        uint32be(0) == 0xCAFEBABE and any of ($register*) and any of ($runs*) and any of ($sent*)
}

rule java_memory_shell_name
{
    meta:
        id = "yara-java-memory-shell-name"
        description = "Compiled class with the name of a known memory shell"
        level = "high"
        technique = "T1505.003,T1620"
    strings:
        $name1 = "BehinderFilter"
        $name2 = "GodzillaFilter"
        $name3 = "MemShell" nocase
        $name4 = "BehinderListener"
        $name5 = "GodzillaListener"
        $name6 = "AntSwordFilter"
        $name7 = "NeoregFilter"
        $name8 = "Suo5Filter" nocase
        $name9 = "TomcatShellServlet"
    condition:
        uint32be(0) == 0xCAFEBABE and any of them
}

rule jsp_carries_class
{
    meta:
        id = "yara-jsp-carries-class"
        description = "JSP page that carries a compiled class"
        level = "high"
        technique = "T1505.003,T1027"
        falsepositives = "Applets that a page brings along in a text"
    strings:
        $base64 = /["']yv66vgAAAD[A-Za-z0-9+\/]{40}/
        $numbers = /\{\s{0,4}-54\s{0,2},\s{0,2}-2\s{0,2},\s{0,2}-70\s{0,2},\s{0,2}-66\s{0,2},/
        $hex = /["']cafebabe000000[0-9a-f]{40}/ nocase
        $bcel = "$$BCEL$$"
        $page = /<(%|jsp:)/
    condition:
        $page and any of ($base64, $numbers, $hex, $bcel)
}

rule jsp_inner_loaders
{
    meta:
        id = "yara-jsp-inner-loaders"
        description = "JSP page that reaches for the inner classes by which the JDK and the server make classes of bytes"
        level = "high"
        technique = "T1505.003,T1620"
    strings:
        $class1 = "xsltc.trax.TemplatesImpl"
        $class2 = "apache.bcel.internal.util.ClassLoader"
        $class3 = "jdk.internal.org.objectweb.asm"
        $class4 = "sun.reflect.misc.MethodUtil"
        $class5 = "com.sun.naming.internal.VersionHelper"
        $class6 = "sun.net.www.MimeEntry"
        $class7 = "jdk.nashorn.internal.runtime"
        $class8 = /["']defineClass[0-9]["']/
        $class9 = "defineAnonymousClass"
        $page = /<(%|jsp:)/
    condition:
        $page and any of ($class*)
}

rule jsp_client_server
{
    meta:
        id = "yara-jsp-client-server"
        description = "JSP page that answers the China Chopper client"
        level = "high"
        technique = "T1505.003,T1132"
    strings:
        $mark1 = "\"->|\""
        $mark2 = "\"|<-\""
        $lists = "File.listRoots()"
        $connects = /DriverManager\.getConnection\(\s{0,2}x\[1\]\.trim\(\)/
        $page = /<(%|jsp:)/
    condition:
        $page and (($mark1 and $mark2) or ($lists and $connects))
}
