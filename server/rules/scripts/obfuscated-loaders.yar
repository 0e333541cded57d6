rule python_runs_encoded_code
{
    meta:
        severity = "blocks"
        description = "Python that decodes or unpacks a text and runs it, so that nobody can read what it does."
    strings:
        $nested = /(exec|eval)[ \t]{0,4}\([ \t]{0,4}((compile|bytes|str|__import__\(["'][a-z0-9]{3,8}["']\))[.( \t]{0,4})?((base64|zlib|lzma|bz2|gzip|marshal|codecs|binascii)\.)?(b64decode|b32decode|b85decode|a85decode|urlsafe_b64decode|decompress|loads|unhexlify|decode)[ \t]{0,4}\(/
        $dynamic = /__import__[ \t]{0,4}\([ \t]{0,4}["'](base64|zlib|marshal)["'][ \t]{0,4}\)\.(b64decode|decompress|loads)[ \t]{0,4}\([^\r\n]{0,200}/
        $runs = /(exec|eval)[ \t]{0,4}\(/
        $hex = /(exec|eval)[ \t]{0,4}\([ \t]{0,4}(bytes|bytearray)\.fromhex[ \t]{0,4}\(/
    condition:
        $nested or $hex or ($dynamic and $runs)
}

rule javascript_runs_encoded_code
{
    meta:
        severity = "blocks"
        description = "JavaScript that decodes a text and runs it."
    strings:
        $buffer = /(eval|Function)[ \t]{0,4}\([ \t]{0,4}(new[ \t]+)?(Buffer(\.from)?[ \t]{0,4}\([^\r\n]{1,4000}["'](base64|hex)["']|atob[ \t]{0,4}\(|unescape[ \t]{0,4}\(["']%)/
        $module = /\b_compile[ \t]{0,4}\([ \t]{0,4}(Buffer\.from|atob)[ \t]{0,4}\(/
        $packer = /eval\(function\(p,a,c,k,e,[dr]\)\{/
    condition:
        $buffer or $module or ($packer and filesize < 200KB)
}

rule shell_runs_encoded_code
{
    meta:
        severity = "blocks"
        description = "A shell command that decodes a text and runs it."
    strings:
        $piped = /\b(echo|printf)[ \t]+["']?[A-Za-z0-9+\/=]{40,}["']?[ \t]{0,4}\|[ \t]{0,4}(base64[ \t]+(-d|-D|--decode)|xxd[ \t]+-r[^\r\n|]{0,20})[ \t]{0,4}\|[ \t]{0,4}(sudo[ \t]+)?(\/bin\/)?(ba|da|z)?(sh|python[0-9.]{0,4}|perl)\b/
        $evaluated = /\beval[ \t]+["']?(\$\(|`)[ \t]{0,4}(echo|printf)[ \t]+["']?[A-Za-z0-9+\/=]{40,}["']?[ \t]{0,4}\|[ \t]{0,4}base64[ \t]+(-d|-D|--decode)/
        $powershell = /[pP]ower[sS]hell(\.exe)?[ \t][^\r\n]{0,120}-[eE]([nN][cC]|[nN]coded[cC]ommand|[cC])?[ \t]+["']?[A-Za-z0-9+\/=]{60,}/
    condition:
        any of them
}

rule php_runs_encoded_code
{
    meta:
        severity = "blocks"
        description = "PHP that decodes or unpacks a text and runs it."
    strings:
        $nested = /(eval|assert|create_function|EVAL|Eval)[ \t]{0,4}\([ \t]{0,4}@?(gzinflate|gzuncompress|gzdecode|str_rot13|base64_decode|strrev|hex2bin)[ \t]{0,4}\(/
    condition:
        $nested
}
