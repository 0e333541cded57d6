rule eicar_test_file
{
    meta:
        severity = "blocks"
        description = "The test file that every malware scanner must find (EICAR)."
    strings:
        $whole = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    condition:
        $whole
}
