rule reverse_shell_bash
{
    meta:
        severity = "blocks"
        description = "A shell whose input and output are a connection to another machine (bash, /dev/tcp)."
    strings:
        $interactive = /(ba|z|k)?sh[ \t]+-[a-z]*i[a-z]*[ \t]{0,4}[0-9]?[>&]{1,2}[ \t]{0,4}\/dev\/(tcp|udp)\/[^ \t\r\n\/]{1,255}\//
        $descriptor = /exec[ \t]+[0-9]{1,3}<>[ \t]{0,4}\/dev\/(tcp|udp)\/[^ \t\r\n\/]{1,255}\//
        $from = /0<&[0-9]{1,3}[^\r\n]{0,40}\/dev\/(tcp|udp)\/[^ \t\r\n\/]{1,255}\//
    condition:
        any of them
}

rule reverse_shell_netcat
{
    meta:
        severity = "blocks"
        description = "Netcat that hands a shell to another machine."
    strings:
        $execute = /(\bnc|ncat|netcat|nc\.traditional|nc\.openbsd|nc\.exe)[ \t]+([^\r\n|;&]{0,80}[ \t])?(-[a-z]*[ec][ \t]+|--(sh-)?exec[ \t]+["']?)(\/bin\/(ba|da|z|k|a)?sh|\/usr\/bin\/(ba|da|z|k)?sh|bash|sh|cmd\.exe|powershell)\b/
        $fifo = /mkfifo[ \t]+[^\r\n]{1,80}[;&][^\r\n]{0,120}(sh|bash)[ \t]+-i[^\r\n]{0,40}\|[ \t]{0,4}(nc|ncat|netcat|telnet|openssl)\b/
        $socat = /socat[ \t][^\r\n]{0,120}([eE][xX][eE][cC]|[sS][yY][sS][tT][eE][mM]):["']?[^\r\n]{0,20}sh[^\r\n]{0,120}/
        $socat_connects = /socat[ \t][^\r\n]{0,200}(tcp|tcp4|tcp6|openssl|udp|TCP|TCP4|TCP6|OPENSSL|UDP):[^ \t\r\n]{3,255}:[0-9]{1,5}/
    condition:
        $execute or $fifo or ($socat and $socat_connects)
}

rule reverse_shell_python
{
    meta:
        severity = "blocks"
        description = "Python that connects a socket and makes it the input and output of a shell."
    strings:
        $dup = /dup2[ \t]{0,4}\([ \t]{0,4}[A-Za-z_][A-Za-z0-9_]{0,30}\.fileno\(\)/
        $connect = ".connect(("
        $pty = "pty.spawn("
        $socket = "socket.socket("
        $popen = /subprocess\.(call|Popen|run|check_call)\([^\r\n]{0,40}(sh|cmd\.exe)["']/
    condition:
        $connect and (($dup and ($pty or $popen or $socket)) or ($pty and $socket))
}

rule reverse_shell_perl_ruby_php
{
    meta:
        severity = "blocks"
        description = "Perl, Ruby or PHP that opens a socket and gives it to a shell."
    strings:
        $perl = /use[ \t]+Socket;[^\r\n]{0,300}open\(STDIN,[ \t]{0,4}["']>&[^\r\n]{0,200}exec[ \t]{0,4}[({ ][^\r\n]{0,20}sh/
        $perl_io = /IO::Socket::INET[^\r\n]{0,200}(STDIN->fdopen|\$~->fdopen)[^\r\n]{0,120}(system|exec)/
        $ruby = /TCPSocket\.(new|open)\([^\r\n]{1,120}(exec[ \t]+(sprintf\()?["'][^\r\n]{0,20}sh|IO\.popen)/
        $php = /fsockopen\([^\r\n]{1,120};[^\r\n]{0,60}(exec|shell_exec|system|passthru|popen|proc_open)\([ \t]{0,4}["'`][^\r\n]{0,40}sh\b[^\r\n]{0,20}<&[0-9]/
    condition:
        any of them
}

rule reverse_shell_powershell_node
{
    meta:
        severity = "blocks"
        description = "PowerShell or Node.js that runs what a connection sends."
    strings:
        $client = /[nN]et\.[sS]ockets\.[tT][cC][pP][cC]lient/
        $stream = /\.[gG]et[sS]tream\(\)/
        $invoke = /(\biex|\bIEX|\bInvoke-Expression|\binvoke-expression)[ \t(]/
        $node_net = /require\(["'](node:)?net["']\)/
        $node_process = /require\(["'](node:)?child_process["']\)/
        $node_shell = /spawn\([ \t]{0,4}["'](\/bin\/)?(ba)?(sh|cmd(\.exe)?)["']/
        $node_pipe = /\.pipe\([ \t]{0,4}[A-Za-z_$][A-Za-z0-9_$]{0,30}\.stdin[ \t]{0,4}\)/
    condition:
        ($client and $stream and $invoke) or ($node_net and $node_process and $node_shell and $node_pipe)
}
