import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { LobbyGateway } from "./lobby.gateway";
import { Lobbies } from "./lobbies";

@Module({ providers: [LobbyGateway, Lobbies] })
class LobbyModule {}

NestFactory.create(LobbyModule).then((app) => app.listen(3000));
