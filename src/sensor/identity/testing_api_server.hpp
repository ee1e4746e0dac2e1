#pragma once

// For tests: an API server of one resource, pods, that speaks list and watch over TLS as the real
// one does: versions, a history that can be compacted (410 Gone), streams of events, bookmarks.

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct MHD_Daemon;

namespace yagura::sensor::testing {

struct ApiRequest {
  std::string method;
  std::string path;
  std::map<std::string, std::string> query;
  std::string content_type;
  std::string body;
};

class ApiServer {
 public:
  explicit ApiServer(std::string token);
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  [[nodiscard]] bool is_running() const { return daemon_ != nullptr; }
  [[nodiscard]] std::string url() const;
  [[nodiscard]] const std::string& certificate() const { return certificate_; }

  // `metadata` are further members of the object's metadata: `"labels":{}`; `rest` of the object.
  void put(const std::string& uid, const std::string& metadata, const std::string& rest);
  void remove(const std::string& uid);
  void send_bookmark();
  void send_line(const std::string& line);  // whatever it is
  // Watches from versions before now are refused.
  void compact();
  // Ends all streams; with `status` in the stream: 410 as an ERROR event.
  void end_watches(int status = 0);
  void refuse_with(int status);  // 0: no more
  [[nodiscard]] std::vector<ApiRequest> requests() const;

 private:
  friend struct ApiServerHandler;
  struct Event {
    std::uint64_t version = 0;
    std::string line;
  };
  std::string object(const std::string& uid, std::uint64_t version) const;
  void add_event(const std::string& type, const std::string& object);

  std::string token_;
  std::string key_;
  std::string certificate_;
  MHD_Daemon* daemon_ = nullptr;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t version_ = 100;
  std::uint64_t oldest_ = 0;
  std::uint64_t streams_ended_ = 0;
  bool is_stopping_ = false;
  int refusal_ = 0;
  std::map<std::string, std::pair<std::string, std::string>> pods_;  // uid: metadata, rest
  std::vector<Event> history_;
  std::vector<ApiRequest> requests_;
};

}  // namespace yagura::sensor::testing
