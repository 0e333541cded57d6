rule executable_in_encoded_text
{
    meta:
        severity = "blocks"
        description = "A program for Windows or Linux, written out as base64 or hexadecimal digits."
    strings:
        $pe_base64 = /TV(qQAAMAAAAEAAA|pQAAIAAAAEAA8A|pAALQAcAAA|oAAAAAAAAAAAAA|roAAAAAAAAAAAAA)[A-Za-z0-9+\/]{80}/
        $elf_base64 = /f0VMRg(EBAQ|IBAQ|IBAg|EBAg)[A-Za-z0-9+\/]{80}/
        $pe_hex = /4[dD]5[aA](90|50)000[23]0000000[0-9a-fA-F]{100}/
        $elf_hex = /7[fF]454[cC]460[12]0[12]01[0-9a-fA-F]{80}/
        $pe_escaped = /\\x4[dD]\\x5[aA]\\x90\\x00\\x03\\x00\\x00\\x00/
        $elf_escaped = /\\x7[fF](\\x45\\x4[cC]\\x46|ELF)\\x0[12]\\x0[12]\\x01/
    condition:
        any of them
}
