//! How messages are encoded into the bytes of a call.

use prost::Message;
use prost::bytes::BufMut;
use std::marker::PhantomData;
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, EncodeBuf, Encoder};
use tonic_prost::{ProstCodec, ProstDecoder};

/// The codec of tonic and prost, except that it first encodes a message into a vector of its own. A message is written
/// one or two bytes at a time. Such a write into a vector costs about half as much as one into the buffer of a call.
#[derive(Clone, Copy, Debug)]
pub struct MessageCodec<T, U>(PhantomData<fn(T) -> U>);

impl<T, U> Default for MessageCodec<T, U> {
    fn default() -> MessageCodec<T, U> {
        MessageCodec(PhantomData)
    }
}

impl<T, U> Codec for MessageCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = MessageEncoder<T>;
    type Decoder = ProstDecoder<U>;

    fn encoder(&mut self) -> MessageEncoder<T> {
        MessageEncoder(PhantomData)
    }

    fn decoder(&mut self) -> ProstDecoder<U> {
        ProstCodec::<T, U>::raw_decoder(BufferSettings::default())
    }
}

/// Encodes the messages of a [`MessageCodec`].
#[derive(Clone, Copy, Debug)]
pub struct MessageEncoder<T>(PhantomData<fn(T)>);

impl<T: Message> Encoder for MessageEncoder<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, message: T, call: &mut EncodeBuf<'_>) -> Result<(), Status> {
        call.put_slice(&message.encode_to_vec());
        Ok(())
    }
}
