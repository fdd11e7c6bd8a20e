//! A blocking connection, and a buffered reader that can throw bytes away.

use crate::args::Failure;
use crate::wire;
use std::io::{Error, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Connects; reads and writes give up after a minute.
pub fn connect(addr: &str) -> Result<TcpStream, Error> {
    let stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.set_write_timeout(Some(Duration::from_secs(60)))?;
    Ok(stream)
}

/// Reads big-endian numbers from a buffer that is filled as needed.
pub struct Reader {
    stream: TcpStream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Reader {
    /// A reader with a buffer of 256 KiB.
    pub fn new(stream: TcpStream) -> Reader {
        Reader {
            stream,
            buffer: vec![0; 256 << 10],
            start: 0,
            end: 0,
        }
    }

    /// The next `count` bytes; `count` is at most the buffer.
    pub fn take(&mut self, count: usize) -> Result<&[u8], Error> {
        if self.end - self.start < count {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            while self.end < count {
                let got = self.stream.read(&mut self.buffer[self.end..])?;
                if got == 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                self.end += got;
            }
        }
        self.start += count;
        Ok(&self.buffer[self.start - count..self.start])
    }

    /// Drops the next `count` bytes.
    pub fn skip(&mut self, mut count: usize) -> Result<(), Error> {
        while count > 0 {
            let now = count.min(self.buffer.len() / 2);
            self.take(now)?;
            count -= now;
        }
        Ok(())
    }

    /// The next i16.
    pub fn i16(&mut self) -> Result<i16, Error> {
        let bytes = self.take(2)?;
        Ok(i16::from_be_bytes([bytes[0], bytes[1]]))
    }

    /// The next i32.
    pub fn i32(&mut self) -> Result<i32, Error> {
        let bytes = self.take(4)?;
        Ok(i32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// The next i64.
    pub fn i64(&mut self) -> Result<i64, Error> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(8)?);
        Ok(i64::from_be_bytes(bytes))
    }

    /// Skips a string with a 16-bit length.
    pub fn skip_string(&mut self) -> Result<(), Error> {
        let length = self.i16()?;
        self.skip(length.max(0) as usize)
    }

    /// The head of the next frame, which must answer `correlation`.
    pub fn begin(&mut self, correlation: i32) -> Result<(), Failure> {
        self.i32()?;
        let got = self.i32()?;
        if got == correlation {
            Ok(())
        } else {
            Err(format!("correlation id {got}, expected {correlation}").into())
        }
    }

    /// Produce v7's answer for one partition: its base offset.
    pub fn produced(&mut self, correlation: i32) -> Result<i64, Failure> {
        self.begin(correlation)?;
        self.i32()?;
        self.skip_string()?;
        self.skip(8)?;
        let error = self.i16()?;
        let offset = self.i64()?;
        self.skip(8 + 8 + 4)?;
        if error == 0 {
            Ok(offset)
        } else {
            Err(format!("Produce: error {error}").into())
        }
    }
}

/// Creates the topic unless it exists, and waits until every partition answers.
pub fn ensure_topic(addr: &str, topic: &str, partitions: i32) -> Result<(), Failure> {
    let mut stream = connect(addr)?;
    let mut reader = Reader::new(stream.try_clone()?);
    stream.write_all(&wire::create_topic(topic, partitions))?;
    reader.begin(0)?;
    reader.skip(4 + 4)?;
    reader.skip_string()?;
    let error = reader.i16()?;
    reader.skip_string()?;
    if error != 0 && error != 36 {
        return Err(format!("CreateTopics: error {error}").into());
    }
    let deadline = Instant::now() + Duration::from_secs(30);
    for partition in 0..partitions {
        loop {
            stream.write_all(&wire::list_end(topic, partition))?;
            reader.begin(0)?;
            reader.skip(4)?;
            reader.skip_string()?;
            reader.skip(8)?;
            let error = reader.i16()?;
            reader.skip(16)?;
            if error == 0 {
                break;
            }
            if Instant::now() > deadline {
                return Err(format!("partition {partition}: error {error}").into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    Ok(())
}
