//! Flowed text, RFC 3676: lines that end in a space go on in the next one, within one depth of quotation.

/// What `format` and `delsp` say of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Fixed,
    /// The space at a line's end is part of the text.
    Flowed,
    /// `delsp=yes`: the space only marks that the line goes on, in languages that write without spaces.
    WithoutSpace,
}

const SIGNATURE: &str = "-- ";

/// The paragraphs in lines of their own. Quotation marks stay, `> ` before each quoted paragraph.
pub(crate) fn joined(text: &str, flow: Flow) -> String {
    if flow == Flow::Fixed {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let is_signature = content == SIGNATURE || content == SIGNATURE.trim_end();
        if open.take_if(|before| *before == depth && !is_signature).is_none() {
            out.extend((!out.is_empty()).then_some('\n'));
            out.extend(std::iter::repeat_n('>', depth));
            out.extend((depth > 0 && !content.is_empty()).then_some(' '));
        }
        open = (content.ends_with(' ') && !is_signature).then_some(depth);
        out.push_str(if open.is_some() && flow == Flow::WithoutSpace {
            &content[..content.len() - 1]
        } else {
            content
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_joined_and_quotations_kept() {
        let text = "One \nparagraph.\n\n> quoted \n> text\n>> deeper \n> back\n-- \nAnn \nLee\n  indented\n>\n> x";
        assert_eq!(
            joined(text, Flow::Flowed),
            "One paragraph.\n\n> quoted text\n>> deeper \n> back\n-- \nAnn Lee\n indented\n>\n> x"
        );
        assert_eq!(joined("日本 \n語", Flow::WithoutSpace), "日本語");
        assert_eq!(joined("a \nb", Flow::Fixed), "a \nb");
    }
}
