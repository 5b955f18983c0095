"""The commonest passwords that are long enough, in small letters, as lists of leaks have them."""

from typing import Final

COMMONEST: Final = frozenset(
    """
    000000000000 012345678901 111111222222 112233445566 123123123123 123321123321 1234567890
    123456123456 123456654321 1234567890-= 1234567890123 12345678901234 123456789012345
    1234567890123456 123456789012 1234567890123456789 1234567891011 123456789101112 12345678910
    1234567890qwerty 123456789abc 123456789asd 123456789qwe 1234qwerasdf 1234qwerasdfzxcv
    123456qwerty 123qweasdzxc 123qwe123qwe 147258369147 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc
    1qaz2wsx3edc4rfv 987654321012 9876543210987 a1b2c3d4e5f6 a123456789a1 a1234567890 aa123456789a
    abc123456789 abcd12345678 abcdefghijkl abcdefghijklm abcdefghijklmnop abcdefg123456
    abc123abc123 adminadminadmin admin1234567 admin12345678 admin123456789 administrator
    administrator1 administrator123 alexander123 americanidol asdfasdfasdf asdfghjkl123
    asdfghjkl;'\\ asdfghjklqwertyuiop asdf1234asdf autotask1234 autotaskadmin babygirl1234
    baseball1234 basketball12 basketball123 butterfly123 changeme1234 changemeplease changeme12345
    charlie12345 chocolate123 christopher1 computer1234 correcthorsebatterystaple
    defaultpassword dragon123456 fieldnation1 fieldnation12
    fieldnation123 football1234 football12345 ghbdtnghbdtn goodpassword helloworld12
    helloworld123 hello1234567 iloveyou1234 iloveyou12345 iloveyou2000 iloveyouforever
    iloveyousomuch isthmusadmin isthmus12345 isthmus123456 jesuschrist1 jessica12345 letmein12345
    letmeinplease letmein123456 liverpool123 liverpoolfc1 manchester12 manunited123 master123456
    michael12345 michelle1234 minecraft123 monkey123456 newpassword1 newpassword12
    newpassword123 p@ssw0rd1234 p@ssword1234 p@ssw0rd12345 p@55w0rd1234 pa$$w0rd1234 passw0rd1234
    passw0rd12345 password0123 password1234 password12345 password123456 password1234567
    password12345678 password123! password123!! password1!23 password2020 password2021 password2022
    password2023 password2024 password2025 password2026 password@123 password@1234 password!123
    passwordpassword passwort1234 passwort12345 princess1234 q1w2e3r4t5y6 q1w2e3r4t5y6u7
    qazwsxedcrfv qazwsxedcrfvtgb qazxswedcvfr qwe123qwe123 qweasdzxc123 qwer1234asdf qwerasdfzxcv
    qwerqwerqwer qwertqwertqwert qwerty123456 qwerty1234567 qwerty12345678 qwerty123456789
    qwerty12345 qwertyqwerty qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwertyuiop[] qwertyuiop[]\\
    qwertyuiopasdf qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm qwertyuioplkjhgfdsa samsung12345
    schalke04schalke04 secret123456 secretpassword shadow123456 spiderman123 starwars1234
    startrek1234 summer2024!! summer2025!! sunshine1234 superman1234 superman12345 supersecret1
    temppassword temporary123 test12345678 test123456789 testpassword testtesttest thisisapassword
    thisismypassword trustno1trustno1 trustno12345 unknown12345 user12345678 veryverysecret
    welcome12345 welcome123456 welcome1234! welcome2024! welcome2025! winter2024!! winter2025!!
    yourpassword zaq12wsxcde3 zaq1xsw2cde3 zxcvbnm12345 zxcvbnm,./12 zxcvbnmasdfghjklqwertyuiop
    zxcvbnm123456 zxcvbnmzxcvbnm
    """.split()  # noqa: SIM905 - a list of them would be three times as long
) | {"correct horse battery staple", "let me in please", "this is my password"}
