//! The methods that can be called by the Connect protocol, by their paths.

use crate::grpc::{CUSTOMER_REQUEST_BYTES_MAX, PLAYBOOK_REQUEST_BYTES_MAX, REQUEST_BYTES_MAX};
use prost_reflect::{DescriptorError, DescriptorPool, MessageDescriptor};
use signpost_proto::FILE_DESCRIPTOR_SET;
use signpost_proto::v1::{customer_service_server, playbook_service_server};
use std::collections::HashMap;

/// A method.
pub(super) struct Method {
    pub(super) input: MessageDescriptor,
    pub(super) output: MessageDescriptor,
    /// Whether the answer is a stream.
    pub(super) streams: bool,
    /// The maximum number of bytes of a request, the same as over gRPC.
    pub(super) bytes_max: usize,
}

/// All methods.
pub(super) struct Contract(HashMap<String, Method>);

impl Contract {
    /// The methods of the contract and of the health service. Reflection is left out: it has streams of requests, which
    /// are not needed here. No request is larger than `bytes_max`.
    pub(super) fn new(bytes_max: usize) -> Result<Contract, DescriptorError> {
        let mut pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET)?;
        pool.decode_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)?;
        let mut methods = HashMap::new();
        for service in pool.services() {
            let of_service_max = match service.full_name() {
                playbook_service_server::SERVICE_NAME => PLAYBOOK_REQUEST_BYTES_MAX,
                customer_service_server::SERVICE_NAME => CUSTOMER_REQUEST_BYTES_MAX,
                _ => REQUEST_BYTES_MAX,
            };
            for method in service.methods().filter(|it| !it.is_client_streaming()) {
                let path = format!("/{}/{}", service.full_name(), method.name());
                let method = Method {
                    input: method.input(),
                    output: method.output(),
                    streams: method.is_server_streaming(),
                    bytes_max: of_service_max.min(bytes_max),
                };
                methods.insert(path, method);
            }
        }
        Ok(Contract(methods))
    }

    /// The method at this path; `None` if there is none.
    pub(super) fn method(&self, path: &str) -> Option<&Method> {
        self.0.get(path)
    }
}
