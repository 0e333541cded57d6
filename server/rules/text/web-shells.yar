rule web_shell_php
{
    meta:
        severity = "blocks"
        description = "PHP that runs whatever a request says."
    strings:
        $direct = /(eval|assert|system|exec|passthru|popen|proc_open|create_function)[ \t]{0,4}\([ \t]{0,4}@?((stripslashes|base64_decode|trim|urldecode|str_rot13)\(){0,3}[ \t]{0,4}@?\$_(GET|POST|REQUEST|COOKIE|SERVER)[ \t]{0,4}\[/
        $called = /\$_(GET|POST|REQUEST|COOKIE)[ \t]{0,4}\[[^\]\r\n]{1,40}\][ \t]{0,4}\([ \t]{0,4}@?\$_(GET|POST|REQUEST|COOKIE)[ \t]{0,4}\[/
        $callback = /(array_map|array_filter|usort|call_user_func|call_user_func_array|preg_replace)[ \t]{0,4}\([^\r\n;]{0,60}\$_(GET|POST|REQUEST|COOKIE)\[[^\r\n;]{0,60}\$_(GET|POST|REQUEST|COOKIE)\[/
        $backticks = /`[ \t]{0,4}\{?\$_(GET|POST|REQUEST|COOKIE)[ \t]{0,4}\[[^`\r\n]{1,60}`/
    condition:
        any of them
}

rule web_shell_java_dotnet
{
    meta:
        severity = "blocks"
        description = "A JSP or ASP page that runs whatever a request says."
    strings:
        $jsp = /Runtime\.getRuntime\(\)\.exec\([ \t]{0,4}request\.getParameter\(/
        $jsp_builder = /new[ \t]+ProcessBuilder\([^;\r\n]{0,80}request\.getParameter\(/
        $asp = /<%[^%]{0,60}([eE]val|[eE]xecute|[eE]xecute[gG]lobal)[ \t]{0,4}\(?[ \t]{0,4}[rR]equest[ \t]{0,4}[.(\[]/
        $aspx = /eval\([ \t]{0,4}Request(\.Item|\.Form|\.QueryString)?[ \t]{0,4}\[[^\]\r\n]{1,40}\][ \t]{0,4},[ \t]{0,4}"unsafe"/
    condition:
        any of them
}
