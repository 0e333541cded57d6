rule download_and_run_shell
{
    meta:
        severity = "warns"
        description = "A command that runs what it downloads, without looking at it."
    strings:
        $piped = /\b(curl|wget)[ \t]+[^\r\n|;]{0,300}https?:\/\/[^\r\n|;]{1,300}\|[ \t]{0,4}(sudo[ \t]+(-[A-Za-z]+[ \t]+)?)?(\/(usr\/)?bin\/)?(ba|da|z|k)?(sh|python[0-9.]{0,4}|perl|node|ruby|php)\b/
        $substituted = /\b(ba|z|da)?sh[ \t]+(-c[ \t]+)?["']?(<\(|\$\()[ \t]{0,4}(curl|wget)[ \t][^\r\n]{0,300}https?:\/\//
        $evaluated = /\beval[ \t]+["']?(\$\(|`)[ \t]{0,4}(curl|wget)[ \t][^\r\n]{0,300}https?:\/\//
        $kept = /\b(curl|wget)[ \t][^\r\n]{0,200}(-o|-O|--output|--output-document=?)[ \t]{0,4}(\/tmp|\/var\/tmp|\/dev\/shm)\/[^\r\n]{1,120}(&&|;)[^\r\n]{0,120}(chmod[ \t]+(\+x|[0-7]{3,4})|(ba)?sh[ \t]+(\/tmp|\/var\/tmp|\/dev\/shm))/
        $invoked = /(iex|IEX|nvoke-[eE]xpression)[ \t]{0,4}[\(&][^\r\n]{0,120}(ownload[sS]tring|ownload[fF]ile|nvoke-[wW]eb[rR]equest|nvoke-[rR]est[mM]ethod|iwr[ \t]+["']?http|irm[ \t]+["']?http)/
        $piped_string = /ownload[sS]tring\([^\r\n]{0,300}\|[ \t]{0,4}(iex|IEX|[iI]nvoke-[eE]xpression)\b/
        $piped_request = /nvoke-([wW]eb[rR]equest|[rR]est[mM]ethod)[ \t][^\r\n]{0,300}\|[ \t]{0,4}(iex|IEX|[iI]nvoke-[eE]xpression)\b/
        $piped_short = /(iwr|irm) ["']?https?:\/\/[^\r\n]{0,300}\|[ \t]{0,4}(iex|IEX|[iI]nvoke-[eE]xpression)\b/
    condition:
        any of them
}

rule npm_script_downloads_and_runs
{
    meta:
        severity = "blocks"
        description = "A package.json whose install script runs what it downloads, or code that stands in it encoded."
    strings:
        $downloads = /install"[ \t\r\n]{0,20}:[ \t\r\n]{0,20}"[^"\r\n]{0,300}(curl|wget|certutil|bitsadmin|mshta|[pP]ower[sS]hell)(\.exe)?[ \t][^"\r\n]{0,300}(\||&&|;|iex|IEX|-e(nc|ncodedcommand|c)?[ \t])/
        $encoded = /install"[ \t\r\n]{0,20}:[ \t\r\n]{0,20}"[^\r\n]{0,300}(node|bun|deno)[ \t]+(-e|--eval|-p|eval)[^\r\n]{0,300}(Buffer\.from|atob|child_process|https?:|eval\()/
    condition:
        any of them
}

rule setup_py_downloads_and_runs
{
    meta:
        severity = "blocks"
        description = "A setup.py whose install step fetches something and runs it."
    strings:
        $setup = "setup("
        $setuptools_1 = "import setuptools"
        $setuptools_2 = "from setuptools"
        $setuptools_3 = "from distutils"
        $setuptools_4 = "import distutils"
        $fetch_open = "urlopen("
        $fetch_keep = "urlretrieve("
        $fetch_get = /requests\.(get|post)\(/
        $run = /(exec|eval)\([^\r\n]{0,80}(urlopen\(|requests\.get\(|requests\.post\(|\.text\)|\.content\)|\.read\(\))/
        $spawn_system = "os.system("
        $spawn_popen = "os.popen("
        $spawn_start = "os.startfile("
        $spawn_process = /subprocess\.(call|Popen|run|check_output|check_call)\(/
        $temporary_module = "tempfile."
        $temporary_folder_1 = "/tmp/"
        $temporary_folder_2 = "/dev/shm/"
        $temporary_windows_1 = "%TEMP%"
        $temporary_windows_2 = "APPDATA"
    condition:
        $setup and any of ($setuptools*) and any of ($fetch*) and ($run or (any of ($spawn*) and any of ($temporary*)))
}

rule python_start_hook_runs_code
{
    meta:
        severity = "blocks"
        description = "A .pth file that runs code whenever Python starts, whoever starts it."
    strings:
        $hook = /(^|\n)import[ \t][^\r\n]{0,400}(exec|eval|compile|__import__)\([^\r\n]{0,400}(b64decode|urlopen|decompress|subprocess|os\.system|requests\.|fromhex|marshal)/
    condition:
        filesize < 64KB and $hook
}
