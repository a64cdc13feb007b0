package import HTTPTypes

/// The route tables of several dialects, compiled into one lookup.
package struct RouteTree: Sendable {
    /// Two dialects claim one method and path.
    package struct Collision: Error, Equatable, CustomStringConvertible {
        package let method: String
        package let path: String
        package let dialects: [String]

        package var description: String {
            "\(method) \(path) is claimed by more than one dialect: \(dialects.joined(separator: ", "))."
        }
    }

    package struct Match: Sendable {
        /// The position of the dialect that owns the path; nil when no route has it.
        package let dialect: Int?
        package let route: RouteMatch
        package let parameters: PathParameters
    }

    private struct Entry: Sendable {
        let dialect: Int
        let route: Route
    }

    private final class Node: Sendable {
        let literals: [String: Node]
        let parameter: Node?
        let entries: [Entry]

        init(literals: [String: Node], parameter: Node?, entries: [Entry]) {
            self.literals = literals
            self.parameter = parameter
            self.entries = entries
        }
    }

    private let root: Node

    /// - Throws: ``Collision``.
    package init(_ tables: [(dialect: String, routes: [Route])]) throws {
        var entries: [Entry] = []
        var owners: [String: Int] = [:]
        for (index, table) in tables.enumerated() {
            for route in table.routes {
                let claim = "\(route.method.rawValue) \(route.template.shape)"
                if let owner = owners[claim] {
                    guard let joined = entries[owner].route.joined(with: route) else {
                        throw Collision(
                            method: route.method.rawValue,
                            path: route.template.description,
                            dialects: [tables[entries[owner].dialect].dialect, table.dialect]
                        )
                    }
                    entries[owner] = Entry(dialect: entries[owner].dialect, route: joined)
                    continue
                }
                owners[claim] = entries.count
                entries.append(Entry(dialect: index, route: route))
            }
        }
        root = Self.node(for: entries, depth: 0)
    }

    private static func node(for entries: [Entry], depth: Int) -> Node {
        var literals: [String: [Entry]] = [:]
        var parameter: [Entry] = []
        var here: [Entry] = []
        for entry in entries {
            guard depth < entry.route.template.segments.count else {
                here.append(entry)
                continue
            }
            switch entry.route.template.segments[depth] {
            case .literal(let text): literals[text, default: []].append(entry)
            case .parameter: parameter.append(entry)
            }
        }
        return Node(
            literals: literals.mapValues { node(for: $0, depth: depth + 1) },
            parameter: parameter.isEmpty ? nil : node(for: parameter, depth: depth + 1),
            entries: here
        )
    }

    /// Finds the route of a request.
    ///
    /// `segments`: the path split at `/`, each part percent-decoded; see ``RequestPath``.
    package func match(_ method: HTTPRequest.Method, _ segments: [String]) -> Match {
        guard let found = find(root, segments[...], method: method) else {
            return Match(dialect: nil, route: .noRoute, parameters: PathParameters())
        }
        let entries = found.entries
        guard let entry = entries.first(where: { $0.route.method == method }) else {
            let allowed = Set(entries.map(\.route.method.rawValue)).sorted()
            return Match(
                dialect: entries[0].dialect,
                route: .otherMethod(allowed: allowed),
                parameters: PathParameters()
            )
        }
        var values: [(String, String)] = []
        for (segment, value) in zip(entry.route.template.segments, segments) {
            if case .parameter(let name) = segment { values.append((name, value)) }
        }
        return Match(dialect: entry.dialect, route: .route(entry.route), parameters: PathParameters(values))
    }

    /// The deepest node, a literal before a parameter; one that has the method before one that has not.
    private func find(_ node: Node, _ rest: ArraySlice<String>, method: HTTPRequest.Method) -> Node? {
        guard let first = rest.first else { return node.entries.isEmpty ? nil : node }
        var other: Node?
        if let next = node.literals[first], let found = find(next, rest.dropFirst(), method: method) {
            if found.entries.contains(where: { $0.route.method == method }) { return found }
            other = found
        }
        guard let next = node.parameter, !first.isEmpty,
            let found = find(next, rest.dropFirst(), method: method)
        else { return other }
        if other == nil || found.entries.contains(where: { $0.route.method == method }) { return found }
        return other
    }
}
