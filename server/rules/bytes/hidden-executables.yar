rule executable_behind_other_data
{
    meta:
        severity = "warns"
        description = "A program for Windows that stands inside a file which begins as something else."
    strings:
        $stub = "This program cannot be run in DOS mode"
    condition:
        uint16(0) != 0x5A4D and $stub and @stub[1] >= 64 and
        for any i in (1..1) : (
            for any back in (0x40..0x100) : (uint16(@stub[i] - back) == 0x5A4D)
        )
}
