import OCI
@testable import Skep
import System
import Synchronization
import TestSupport
import Testing

@Suite("Several at once") struct ConcurrencyTests {
    /// The container of whoever was able to make it.
    private final class Winner: Sendable {
        let container = Mutex<Container?>(nil)
    }

    /// What many threads get that make the same container at once; nil for the one that wins.
    private func race(_ workshop: Workshop, count: Int, _ winner: Winner) -> [ContainerError.Code?] {
        let threads = (0..<count).map { index in
            Background {
                failure {
                    let factory = try Factory(root: workshop.root)
                    let made = try factory.create("c", workshop.spec { $0.hostname = "h\(index)" })
                    winner.container.withLock { $0 = made }
                }?.code
            }
        }
        return threads.map { $0.value() }
    }

    @Test("Of many that make a container one wins", arguments: 0..<20) func create(round: Int) throws {
        let workshop = try Workshop()
        let last = Winner()
        let codes = race(workshop, count: 8, last)
        #expect(codes.filter { $0 == nil }.count == 1)
        #expect(codes.filter { $0 == .some(.idInUse) }.count == 7)
        let winner = try #require(last.container.withLock { $0 })
        #expect(try workshop.state("c").readConfiguration() == winner.config)
        #expect(try Files.list(workshop.root + "/c") == ["config.json"])
        try winner.destroy()
        #expect(try workshop.ids() == [])
    }

    @Test("Made and removed over and over") func churn() throws {
        let workshop = try Workshop()
        let threads = (0..<4).map { _ in
            Background {
                (0..<100).compactMap { _ in
                    failure { try workshop.factory.create("c", workshop.spec()).destroy() }?.code
                }
            }
        }
        let codes = threads.flatMap { $0.value() }
        #expect(Set(codes).isSubset(of: [.idInUse]))
        #expect(codes.count < 400)
        #expect(try workshop.ids() == [])
    }

    @Test("Looked at while it is made and removed") func observed() throws {
        let workshop = try Workshop()
        let maker = Background {
            (0..<200).compactMap { _ in
                failure { try workshop.factory.create("c", workshop.spec()).destroy() }
            }
        }
        var codes: Set<ContainerError.Code> = []
        for _ in 0..<500 {
            if let error = failure({ _ = try workshop.factory.load("c") }) { codes.insert(error.code) }
            if let error = failure({ _ = try workshop.factory.summary(of: "c") }) { codes.insert(error.code) }
            let found = try workshop.factory.summaries { codes.insert($1.code) }
            #expect(found.isEmpty)
        }
        #expect(codes == [.containerNotExists])
        #expect(maker.value() == [])
    }
}
