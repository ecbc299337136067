"""What somebody tries who wants us to ask inside for them: addresses, and URLs in disguise."""

NOT_PUBLIC = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"),
    *("fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
    *("2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001::1"),
    *("64:ff9b:1::7f00:1", "64:ff9b:1::1", "100::1", "100:0:0:1::1", "::ffff:0:127.0.0.1", "4000::1"),
    *("2001:470:1::5efe:7f00:1", "2001:470:1:0:200:5efe:10.0.0.1", "2001:0:5db8:d822::1", "2001:20::1"),
    *("3fff::1", "5f00::1", "192.88.99.1", "168.63.129.16", "100.100.100.200", "192.0.0.192"),
    *("", "localhost", "not an address", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"),
]
PUBLIC = [
    "93.184.216.34",
    "1.1.1.1",
    "2606:4700::1111",
    "::ffff:93.184.216.34",
    "64:ff9b::5db8:d822",
    "2002:5db8:d822::1",
]

UNSAFE_URLS = [
    *("http://hooks.example.org/", "ftp://hooks.example.org/", "file:///etc/passwd", "gopher://a.example/"),
    *(
        "//hooks.example.org/",
        "hooks.example.org",
        "",
        "https://",
        "https:///path",
        "https:hooks.example.org",
    ),
    *("https://jo:pw@hooks.example.org/", "https://hooks.example.org@127.0.0.1/", "https://@a.example/"),
    *(
        "https://a.example/#part",
        "https://a.example\\@127.0.0.1/",
        "https://a.example/\n",
        "https://a .example",
    ),
    *("https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0/"),
    *("https://0177.0.0.1/", "https://0x7f.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/"),
    *("https://[fe80::1%25eth0]/", "https://localhost/", "https://intranet/", "https://a.example./"),
    *("https://a.0x7f/", "https://a.1/", "https://exämple.org/", "https://1.1.1.1/"),
    *("https://a.example:22/", "https://a.example:0/", "https://a.example:80/", "https://a.example:99999/"),
    *("https://a.example:x/", "https://[::1/", "https://a..example/", f"https://a.example/{'x' * 2000}"),
]
