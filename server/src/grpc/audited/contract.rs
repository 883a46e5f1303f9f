//! The messages of the calls of the contract, by their names.

use prost_reflect::{DescriptorError, DescriptorPool, MessageDescriptor};
use signpost_proto::FILE_DESCRIPTOR_SET;
use std::collections::HashMap;

/// The package of the contract.
const PACKAGE: &str = "signpost.v1";

/// The messages of a call.
pub(super) struct CallMessages {
    pub(super) input: MessageDescriptor,
    pub(super) output: MessageDescriptor,
    /// Whether the answer is a stream.
    pub(super) streams: bool,
}

/// All calls.
pub(super) struct AuditedContract(HashMap<String, CallMessages>);

impl AuditedContract {
    pub(super) fn new() -> Result<AuditedContract, DescriptorError> {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET)?;
        let ours = pool.services().filter(|it| it.package_name() == PACKAGE);
        let mut calls = HashMap::new();
        for service in ours {
            for method in service.methods() {
                let name = format!("{}/{}", service.name(), method.name());
                let messages = CallMessages {
                    input: method.input(),
                    output: method.output(),
                    streams: method.is_server_streaming(),
                };
                calls.insert(name, messages);
            }
        }
        Ok(AuditedContract(calls))
    }

    /// The messages of the call with this name, such as `CaseService/GetCase`.
    pub(super) fn of(&self, name: &str) -> Option<&CallMessages> {
        self.0.get(name)
    }
}
