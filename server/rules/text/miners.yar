rule crypto_miner
{
    meta:
        severity = "blocks"
        description = "A program that mines a currency, or the settings of one."
    strings:
        $stratum_1 = "stratum://"
        $stratum_2 = "stratum+tcp://"
        $stratum_3 = "stratum+tcps://"
        $stratum_4 = "stratum+ssl://"
        $stratum_5 = "stratum+tls://"
        $donate = "donate-level"
        $miner_xmrig = /xmrig|XMRig|XMRIG/
        $miner_pool_1 = "moneroocean.stream"
        $miner_pool_2 = "supportxmr.com"
        $miner_pool_3 = "minexmr.com"
        $miner_pool_4 = "hashvault.pro"
        $miner_pool_5 = "nanopool.org"
        $miner_pool_6 = "2miners.com"
        $miner_algorithm_1 = "cryptonight"
        $miner_algorithm_2 = "randomx"
        $miner_algorithm_3 = "kawpow"
        $coinhive_1 = /CoinHive\.(Anonymous|User|Token)\(/
        $coinhive_2 = "coinhive.min.js"
        $coinhive_3 = "CryptoLoot.Anonymous("
    condition:
        any of ($coinhive*) or (any of ($stratum*) and ($donate or any of ($miner*))) or ($donate and $miner_xmrig and any of ($miner_algorithm*))
}
