//! Who can reach the port, and what keeps strangers out.

use std::net::SocketAddr;

/// A port, and what keeps strangers out of it.
#[derive(Clone, Copy, Debug)]
pub struct Exposure {
    /// Where the port listens.
    pub listen: SocketAddr,
    /// Whether it has TLS.
    pub has_tls: bool,
    /// Whether a caller must show who it is: by a certificate.
    pub knows_callers: bool,
    /// Whether somebody allowed the port to be open although something is missing.
    pub insecure_listen: bool,
}

impl Exposure {
    /// What a port beyond loopback needs and this one lacks, each with how to set it. This is the one place that says
    /// what is needed.
    fn missing(&self) -> Vec<&'static str> {
        let needs = [(self.has_tls, "TLS (set tls-cert and tls-key)")];
        let lacking = needs.into_iter().filter(|(is_there, _)| !is_there);
        lacking.map(|(_, what)| what).collect()
    }

    /// Why the port may not be opened. `None` if it may.
    pub fn refusal(&self) -> Option<String> {
        let missing = self.missing();
        let may = self.listen.ip().is_loopback() || self.insecure_listen || missing.is_empty();
        (!may).then(|| {
            format!(
                "other machines could call there without {}: must be an address of loopback such as 127.0.0.1:7100, \
                 unless insecure-listen is set",
                missing.join(" and ")
            )
        })
    }

    /// What to say loudly when the port opens. `None` if there is nothing.
    pub fn warning(&self) -> Option<String> {
        let listen = self.listen;
        let missing = self.missing();
        if self.listen.ip().is_loopback() {
            return (!self.knows_callers).then(|| {
                format!(
                    "listen: anybody on this machine may do everything at {listen}: callers need no credential. To let \
                     in only callers with a certificate, set tls-cert, tls-key and tls-client-ca"
                )
            });
        }
        if !missing.is_empty() {
            return Some(format!(
                "listen: at {listen} other machines can call without {}; insecure-listen allows it",
                missing.join(" and ")
            ));
        }
        (!self.knows_callers).then(|| {
            format!(
                "listen: anybody who reaches {listen} may do everything: callers need no credential. To let in only \
                 callers with a certificate, set tls-client-ca"
            )
        })
    }
}
