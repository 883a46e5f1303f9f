//! A unary call with bytes that no generated client would send.

use prost::bytes::{Buf, BufMut};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Request, Response, Status};

/// Sends the bytes of `message` unchanged to `path`, such as `/signpost.v1.ContactService/RouteContact`.
///
/// # Errors
/// The refusal of the server.
pub async fn call(
    channel: Channel,
    path: &str,
    message: Vec<u8>,
) -> Result<Response<Vec<u8>>, Status> {
    let mut grpc = Grpc::new(channel);
    let ready = grpc.ready().await;
    ready.map_err(|error| Status::unavailable(error.to_string()))?;
    grpc.unary(Request::new(message), path_of(path)?, Bytes)
        .await
}

/// As [`call`], with metadata, and for calls whose answer is a stream, too. Gives the first message.
///
/// # Errors
/// The refusal of the server.
pub async fn first(
    channel: Channel,
    path: &str,
    request: Request<Vec<u8>>,
) -> Result<Vec<u8>, Status> {
    let mut grpc = Grpc::new(channel);
    let ready = grpc.ready().await;
    ready.map_err(|error| Status::unavailable(error.to_string()))?;
    let answer = grpc
        .server_streaming(request, path_of(path)?, Bytes)
        .await?;
    let first = answer.into_inner().message().await?;
    first.ok_or_else(|| Status::internal("no message"))
}

fn path_of(path: &str) -> Result<PathAndQuery, Status> {
    let path: Result<PathAndQuery, _> = path.parse();
    path.map_err(|error| Status::internal(error.to_string()))
}

/// A codec whose messages are their bytes.
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Bytes;
    type Decoder = Bytes;

    fn encoder(&mut self) -> Bytes {
        Bytes
    }

    fn decoder(&mut self) -> Bytes {
        Bytes
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut bytes = vec![0; from.remaining()];
        from.copy_to_slice(&mut bytes);
        Ok(Some(bytes))
    }
}
