// As `nest build` writes it: TypeScript's own helpers stand for the decorators.
import "reflect-metadata";
import { Controller, Get, HttpCode, Module, Query, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { MessageBody, SubscribeMessage, WebSocketGateway, WebSocketServer } from "@nestjs/websockets";
import { Server } from "socket.io";
import { __decorate, __metadata, __param } from "tslib";

let ChatGateway = class ChatGateway {
  say(text) {
    return { event: "heard", data: `nest heard ${text}` };
  }
};
__decorate([WebSocketServer(), __metadata("design:type", Server)], ChatGateway.prototype, "server");
__decorate([SubscribeMessage("say"), __param(0, MessageBody())], ChatGateway.prototype, "say", null);
ChatGateway = __decorate([WebSocketGateway({ cors: { origin: "*" } })], ChatGateway);

let AppController = class AppController {
  constructor(gateway) {
    this.gateway = gateway;
  }
  page(response) {
    response.cookie("seen", "yes");
    return "<h1>nest</h1>";
  }
  announce(text) {
    this.gateway.server.emit("announced", text);
  }
};
__decorate([Get(), __param(0, Res({ passthrough: true }))], AppController.prototype, "page", null);
__decorate(
  [Get("announce"), HttpCode(202), __param(0, Query("text"))],
  AppController.prototype,
  "announce",
  null,
);
AppController = __decorate([Controller(), __metadata("design:paramtypes", [ChatGateway])], AppController);

let AppModule = class AppModule {};
AppModule = __decorate([Module({ controllers: [AppController], providers: [ChatGateway] })], AppModule);

async function bootstrap() {
  const app = await NestFactory.create(AppModule, { logger: ["error"] });
  await app.listen(process.env.PORT ?? 3000);
  console.log("Listening");
}
bootstrap();
