//! An incremental parser for server-sent events, `text/event-stream` (WHATWG HTML, section 9.2). No I/O.

use wire::event::Frame;

/// Buffers bytes until frames are complete. A chunk may end within a character or line.
#[derive(Default)]
pub struct Reader {
    pending: Vec<u8>,
    frame: Frame,
    has_content: bool,
}

impl Reader {
    /// Parses the next chunk; returns the frames that it completes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Frame> {
        let mut frames = Vec::new();
        self.pending.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(length) = self.pending[start..].iter().position(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(&self.pending[start..start + length]).into_owned();
            start += length + 1;
            if let Some(frame) = self.line(line.strip_suffix('\r').unwrap_or(&line)) {
                frames.push(frame);
            }
        }
        self.pending.drain(..start);
        frames
    }

    fn line(&mut self, line: &str) -> Option<Frame> {
        if line.is_empty() {
            let complete = std::mem::take(&mut self.frame);
            return std::mem::take(&mut self.has_content).then_some(complete);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.frame.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.frame.event),
            "data" => {
                if !self.frame.data.is_empty() {
                    self.frame.data.push('\n');
                }
                self.frame.data.push_str(value);
            }
            // Comments and unused fields.
            _ => return None,
        }
        self.has_content = true;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    const STREAM: &str = ": hi\nid: k.1\nevent: contact-note-added\ndata: {\"a\":\"é\"}\n\nevent: heartbeat\r\ndata: {}\r\n\r\nid: k.2\n\ndata: a\ndata: b\n\nevent: cut";

    #[wasm_bindgen_test]
    fn a_stream_reads_the_same_wherever_it_is_cut() {
        let whole = Reader::default().push(STREAM.as_bytes());
        assert_eq!(whole.len(), 4);
        assert_eq!(whole[0].id.as_deref(), Some("k.1"));
        assert_eq!(whole[0].data, "{\"a\":\"é\"}");
        assert_eq!(whole[1].event, "heartbeat");
        assert_eq!(whole[2], Frame { id: Some("k.2".into()), ..Frame::default() });
        assert_eq!(whole[3].data, "a\nb");
        for cut in 0..STREAM.len() {
            let mut reader = Reader::default();
            let mut frames = reader.push(&STREAM.as_bytes()[..cut]);
            frames.extend(reader.push(&STREAM.as_bytes()[cut..]));
            assert_eq!(frames, whole, "cut at {cut}");
        }
    }
}
