// Internal: turns the items of a capture into the entries of one session.
#pragma once

#include "capture/reader.hpp"
#include "replay/recording.hpp"
#include "session/pings.hpp"
#include "session/tracker.hpp"

#include <map>
#include <memory>

namespace whydrop::replay {

/// Finds the selected session among a capture's items and tells what the client did in it. Entries are put into `out`.
class SessionExtractor {
 public:
  SessionExtractor(Selection selection, bool frames, std::vector<Entry>& out);

  void take(const capture::Item& item);
  void take_event(const session::Event& event);
  /// True if the frame, whose payload is whole, would be given as an act that can be sent as it is: it is taken, and
  /// not given. False: it is not taken.
  bool pass_over(const session::Event& event);
  /// No more items come.
  void end();

  bool began() const { return conn_ != 0; }
  bool over() const { return over_; }
  const capture::CaptureHeader& header() const { return header_; }
  /// So far.
  std::uint32_t runs() const { return runs_; }
  std::uint32_t conns() const { return conns_; }
  /// Why no session began. To be asked after end().
  Error none(const std::string& name) const;

 private:
  struct Attempt {
    Began began;
    session::Response response;
    std::unique_ptr<session::Tracker> tracker;
  };
  /// A message that is under way, of one side.
  struct OpenMessage {
    bool under_way = false;       ///< a data message's last fragment has not come
    bool awaits_content = false;  ///< a compressed message is whole: an Inflated fact must be next
    std::uint64_t seq = 0;        ///< of its first frame
    std::uint32_t fragments = 0;
    std::int64_t t_ns = 0;  ///< of its last one so far
    bool text = true;
    bool marked = false;                ///< its first frame had RSV1
    bool odd = false;                   ///< see Act
    std::size_t held = 0;               ///< bytes of `frames`, also of those that were too much
    std::vector<RecordedFrame> frames;  ///< the client's, where they are wanted
  };

  void note_gap(std::uint64_t seq);
  void take_header(const capture::CaptureHeader& header);
  void take_damage(const capture::Damage& damage);
  void take_before(const session::Event& event);
  void take_call(const session::Event& event);
  void take_attempt(const session::Event& event, Attempt& attempt);
  void open(const session::Event& event, Attempt& attempt);
  void take_inside(const session::Event& event);
  void take_frame(const session::Event& event, const session::Frame& frame);
  void take_data(const session::Event& event, const session::Frame& frame);
  void take_whole(const session::Event& event, const session::Frame& frame);
  void take_control(const session::Event& event, const session::Frame& frame);
  void take_close(const session::Event& event, const session::Frame& frame);
  void take_inflated(const session::Event& event, const session::Inflated& inflated);
  void take_partial(const session::Event& event, const session::Partial& partial);
  void take_undecoded(const session::Event& event, const session::UndecodedBytes& bytes);
  void take_told(const session::Body& body);
  void on_message(const session::Message& message);
  void note_frame(const session::Event& event, const session::Frame& frame);
  void lose_content(session::Side from);
  void drop_message(session::Side from, std::string why);
  Act begin_act(OpenMessage& side);
  void give_frame(const session::Event& event, const session::Frame& frame, Act&& act);
  void give_stray(const session::Event& event, const session::Frame& frame, std::string why);
  void give(Act&& act);
  void give_over(std::optional<session::Ending> ending);
  OpenMessage& open_message(wire::Side side) { return open_messages_[static_cast<std::size_t>(side)]; }

  Selection selection_;
  bool frames_;
  std::vector<Entry>& out_;
  capture::CaptureHeader header_;
  std::uint32_t runs_ = 0, conns_ = 0;
  std::uint64_t last_seq_ = 0;
  std::uint32_t conn_ = 0;  ///< the selected one; 0: none yet
  bool over_ = false;
  bool opened_ = false;  ///< the tracker in hand told so
  std::map<std::uint32_t, Attempt> attempts_;
  std::map<std::uint32_t, Called> calls_;
  std::unique_ptr<session::Tracker> tracker_;
  OpenMessage open_messages_[2];
  std::string inflate_error_;  ///< of the Inflated fact in hand
  std::int64_t now_ns_ = 0;
  session::Pings pings_;  ///< of the server's
  Over last_;
};

}  // namespace whydrop::replay
