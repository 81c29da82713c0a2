//! Names of character sets, and bytes that contradict them.

use super::{decoded, guessed};

#[test]
fn names_that_mailers_write_are_known() {
    for (name, bytes, text) in [
        ("cp1252", &b"caf\xe9 \x80"[..], "café €"),
        ("windows1252", b"caf\xe9", "café"),
        ("ansi", b"caf\xe9", "café"),
        ("\"iso-8859-1\"", b"caf\xe9", "café"),
        ("ISO8859_15", b"\xa4", "€"),
        ("8859_2", b"\xb3", "ł"),
        ("latin-9", b"\xa4", "€"),
        ("win-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"),
        ("cp-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"),
        ("koi8", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"),
        ("cp866", b"\x8f\xe0\xa8\xa2\xa5\xe2", "Привет"),
        ("cp850", b"caf\x82", "café"),
        ("ibm437", b"caf\x82", "café"),
        ("x-mac-roman", b"caf\x8e", "café"),
        ("cp932", b"\x93\xfa\x96{", "日本"),
        ("ms932", b"\x93\xfa\x96{", "日本"),
        ("x-sjis", b"\x93\xfa\x96{", "日本"),
        ("eucjp", b"\xc6\xfc\xcb\xdc", "日本"),
        ("cp50220", b"\x1b$BF|K\\\x1b(B", "日本"),
        ("cp936", b"\xd6\xd0\xce\xc4", "中文"),
        ("x-gbk", b"\xd6\xd0\xce\xc4", "中文"),
        ("gb2312", b"\xd6\xd0\xce\xc4", "中文"),
        ("hz-gb-2312", b"~{VPND~} ok~~", "中文 ok~"),
        ("big5-hkscs", b"\xa4\xa4\xa4\xe5", "中文"),
        ("cp950", b"\xa4\xa4\xa4\xe5", "中文"),
        ("x-x-big5", b"\xa4\xa4\xa4\xe5", "中文"),
        ("big5-eten", b"\xa4\xa4\xa4\xe5", "中文"),
        ("ks_c_5601-1987", b"\xc7\xd1\xb1\xdb", "한글"),
        ("ks_c", b"\xc7\xd1\xb1\xdb", "한글"),
        ("ksc5601", b"\xc7\xd1\xb1\xdb", "한글"),
        ("cp949", b"\xc7\xd1\xb1\xdb", "한글"),
        ("iso-2022-kr", b"\x1b$)C\x0eGQ1[\x0f ok", "한글 ok"),
        ("tis-620", b"\xe4\xb7\xc2", "ไทย"),
        ("utf8", "café".as_bytes(), "café"),
        ("unicode-1-1-utf-8", "café".as_bytes(), "café"),
        ("utf-7", b"caf+AOk-", "café"),
        ("utf-16le", b"h\0i\0", "hi"),
        ("x-unknown", "café".as_bytes(), "café"),
        ("x-unknown", b"caf\xe9", "café"),
    ] {
        assert_eq!(decoded(Some(name), bytes), text, "{name}");
    }
}

#[test]
fn a_wrong_name_is_noticed() {
    for name in ["us-ascii", "iso-8859-1", "windows-1252", "koi8-r", "big5", "shift_jis", "utf-16", "euc-kr", "cp850"] {
        assert_eq!(decoded(Some(name), "Grüße, café – naïve".as_bytes()), "Grüße, café – naïve", "{name}");
    }
    for name in [None, Some("us-ascii"), Some("utf-8"), Some("iso-8859-1")] {
        assert_eq!(decoded(name, b"\x1b$BCmJ8$N7o\x1b(B"), "注文の件", "{name:?}");
    }
    assert_eq!(decoded(Some("utf-8"), b"D\xe9j\xe0 vu"), "Déjà vu");
    assert_eq!(decoded(Some("utf-16"), b"plain text"), "plain text");
}

#[test]
fn without_a_name_the_bytes_say_what_they_are() {
    assert_eq!(guessed(b"na\xefve \x93ok\x94"), "naïve “ok”");
    assert_eq!(guessed("naïve".as_bytes()), "naïve");
    assert_eq!(guessed(&["Grüße aus Köln".as_bytes(), b" caf\xe9"].concat()), "Grüße aus Köln café");
    assert_eq!(guessed(&["naïve café".as_bytes(), b" r\xe9sum\xe9 \x93x\x94"].concat()), "naïve café résumé “x”");
    let russian = encoding_rs::KOI8_R.encode("Добрый день! Где мой заказ? Я жду уже две недели.").0.into_owned();
    assert_eq!(guessed(&russian), "Добрый день! Где мой заказ? Я жду уже две недели.");
    let japanese = encoding_rs::SHIFT_JIS.encode("お世話になっております。お見積りをお願いします。").0.into_owned();
    assert_eq!(guessed(&japanese), "お世話になっております。お見積りをお願いします。");
    for (encoding, text) in [
        (encoding_rs::GBK, "您好，我的订单还没有收到，请帮我查询一下，谢谢。"),
        (encoding_rs::EUC_KR, "안녕하세요. 주문한 상품이 아직 도착하지 않았습니다."),
        (encoding_rs::BIG5, "您好，我的訂單還沒有收到，請幫我查詢一下，謝謝。"),
        (encoding_rs::WINDOWS_1251, "Здравствуйте, мой заказ не пришёл, помогите."),
    ] {
        assert_eq!(guessed(&encoding.encode(text).0), text);
    }
}
