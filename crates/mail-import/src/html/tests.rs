//! HTML as it comes in mail, and the text that is made of it.

use super::to_text;

#[test]
fn blocks_are_lines_and_cells_are_apart() {
    for (html, text) in [
        (
            "<table><tr><td>Lamp</td><td>2</td><td>15</td></tr></table><div>One</div><div>Two</div>\
             <ul><li>a</li><li>b</li></ul>",
            "Lamp\t2\t15\n\nOne\nTwo\n\n- a\n- b",
        ),
        ("<table>\n <tr>\n  <th>A <th>B\n <tr>\n  <td>1\n  <td>2\n</table>", "A\tB\n1\t2"),
        ("<h1>Title</h1>text<p>one<p>two</p>three", "Title\n\ntext\n\none\n\ntwo\n\nthree"),
        ("<div>a<br></div><div><br></div><div>b</div>", "a\n\nb"),
        ("a<br>b<br/><br />c", "a\nb\n\nc"),
        ("<ol start=3><li>x<ul><li>y</ul><li>z</ol>", "3. x\n  - y\n4. z"),
        (
            "<p>Hi</p><blockquote><p>quoted</p><p>more</p><blockquote>deep</blockquote></blockquote>bye",
            "Hi\n\n> quoted\n>\n> more\n>\n>> deep\n\nbye",
        ),
        ("<dl><dt>Order</dt><dd>7</dd></dl>", "Order\n7"),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("<p>a&nbsp;b</p><p>&nbsp;</p><p>c</p>", "a b\n\n \n\nc"),
        ("one\n  two<!-- not this --><b>three</b> four", "one twothree four"),
        ("<td><div>a</div></td><td><div>b</div></td>", "a\nb"),
    ] {
        assert_eq!(to_text(html), text, "{html}");
    }
}

#[test]
fn what_is_no_tag_is_text() {
    for (html, text) in [
        ("if a < b and c > d then ok", "if a < b and c > d then ok"),
        ("<p>if a < b and c > d then ok</p>", "if a < b and c > d then ok"),
        ("<a title=\"a > b\">x</a> y", "x y"),
        ("<p>1 <2 & 3 &lt; 4 &amp;amp; &euro; &#x41;</p>", "1 <2 & 3 < 4 &amp; € A"),
        ("I <3 you\nreally", "I <3 you\nreally"),
        ("line one\nline two &amp; three", "line one\nline two & three"),
        ("<style>p > a { }</style><script>if (a < b) {}</script><title>T</title><p>x", "x"),
        ("<head><title>T</title><meta name=x></head><body>y</body>", "y"),
        ("a <unknown>b</unknown> c <o:p></o:p>", "a b c"),
        ("<p>unclosed <b", "unclosed"),
    ] {
        assert_eq!(to_text(html), text, "{html}");
    }
}

#[test]
fn links_keep_their_addresses_and_images_their_texts() {
    for (html, text) in [
        ("<a href=\"https://x.test/verify?t=1\">Verify</a>", "Verify (https://x.test/verify?t=1)"),
        ("<a href='https://x.test/?a=1&amp;b=2'>Go</a>!", "Go (https://x.test/?a=1&b=2)!"),
        (
            "<a href=\"https://x.test/\">x.test</a>, <a href=\"http://www.x.test\">https://www.x.test</a>",
            "x.test, https://www.x.test",
        ),
        (
            "<a href=\"mailto:ann@x.test\">ann@x.test</a> <a href=mailto:ann@x.test>Ann</a>",
            "ann@x.test Ann (mailto:ann@x.test)",
        ),
        ("<a href=\"#top\">Top</a> <a href=\"javascript:alert(1)\">no</a> <a name=here>here</a>", "Top no here"),
        ("<a href=\"https://x.test\"><img src=a.png alt=\"Shop\"></a>", "Shop (https://x.test)"),
        ("<a href=\"https://x.test/a\"><div>Block</div></a><p>next</p>", "Block (https://x.test/a)\n\nnext"),
        ("<a href=\"https://x.test/a\"><img src=a.png></a>", "(https://x.test/a)"),
        ("see <img alt='a chart' src=x> and <img src=y>", "see a chart and"),
        ("<a href=https://x.test/1>one<a href=https://x.test/2>two", "one (https://x.test/1)two (https://x.test/2)"),
    ] {
        assert_eq!(to_text(html), text, "{html}");
    }
}

#[test]
fn the_text_is_no_longer_than_its_source_allows() {
    let deep = 20_000;
    for html in [
        "<div>".repeat(deep) + "x",
        "<blockquote>".repeat(deep) + &"<p>x".repeat(deep),
        "<ul><li>x".repeat(deep),
        "<p>".to_owned() + &"<font size=1>".repeat(deep) + "</p>" + &"<p>x".repeat(deep),
        format!("<a {}>x</a>", "a=1 ".repeat(deep)),
        "<br>".repeat(deep) + "x",
    ] {
        assert!(to_text(&html).len() <= 8 * html.len(), "{}", &html[..30]);
    }
}
