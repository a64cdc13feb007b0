/// The version of the server.
package enum CofferVersion {
    package static let text = "0.1.0"
}
